-- Health of an McpWorkload for Argo CD.
--
-- It reads nothing but what the operator says in status: "Ready" is the summary of all conditions, and its reason tells
-- what passes by itself from what needs somebody. Written for Argo CD's default environment: base functions only, no
-- string, table or math library.

local health = { status = "Progressing", message = "Waiting for the Ostiary operator." }

if obj.metadata.deletionTimestamp ~= nil then
  health.message = "Being deleted."
  if obj.metadata.finalizers ~= nil then
    for _, finalizer in ipairs(obj.metadata.finalizers) do
      health.message = health.message .. " Finalizer: " .. finalizer .. "."
    end
  end
  return health
end

if obj.status == nil or obj.status.conditions == nil then
  return health
end

local generation = obj.metadata.generation
if obj.status.observedGeneration ~= nil and obj.status.observedGeneration ~= generation then
  health.message = "The operator has not judged the newest spec yet."
  return health
end

-- Conditions of other controllers are theirs: they may be late, and they say nothing about this.
local ours = { Accepted = true, ResolvedRefs = true, Programmed = true, Verified = true, Ready = true }
local ready = nil
for _, condition in ipairs(obj.status.conditions) do
  if ours[condition.type] then
    if condition.observedGeneration ~= nil and condition.observedGeneration ~= generation then
      health.message = "The operator has not judged the newest spec yet: " .. condition.type .. "."
      return health
    end
    if condition.type == "Ready" then
      ready = condition
    end
  end
end

if ready == nil then
  return health
end

local message = ready.message
if message == nil or message == "" then
  message = ready.reason
end
health.message = message

if ready.status == "True" then
  health.status = "Healthy"
  -- Served, though by fewer pods than asked for.
  if ready.reason == "PodsFailing" then
    health.status = "Degraded"
  elseif ready.reason == "RollingOut" then
    health.status = "Progressing"
  end
elseif ready.status == "False" then
  -- Reasons that pass by themselves; every other one needs somebody.
  local passing = { Pending = true, NoReadyReplicas = true, PodsNotReady = true, NotLookedYet = true }
  if ready.reason == "ScaledToZero" then
    health.status = "Suspended"
  elseif not passing[ready.reason] then
    health.status = "Degraded"
  end
end

return health
