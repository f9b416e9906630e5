#!/bin/sh
# Makes the app registration of mcp/engineering (https://mcp.example.com).
# Needs a login that may register applications: az login --tenant 3d4b0f7e-0000-4000-8000-000000000001
# Of another cloud than the public one: az cloud set, before the login.
# It can be run again. It writes lists whole: what others have added to them is no longer there afterwards.
# spec.entra.claims names department, which is no optional claim of Entra's: a claims mapping policy or a directory extension can bring it, and this command makes neither.
set -eu
json=Content-Type=application/json
create=Prefer=create-if-missing

# Some of Graph's replicas do not know yet what has just been made.
again() {
  tries=1
  until "$@"; do
    [ "$tries" -lt 12 ] || return 1
    tries=$((tries + 1))
    sleep 5
  done
}

graph='https://graph.microsoft.com/v1.0'
name='ostiary-mcp.example.com'

# application: the registration is what Entra knows the gateway by; spec.entra.clientId will be its application id
az rest --method PATCH --url "$graph/applications(uniqueName='$name')" --headers "$json" "$create" --body '{"displayName":"Ostiary engineering","signInAudience":"AzureADMyOrg","tags":["ostiary:https://mcp.example.com"],"api":{"requestedAccessTokenVersion":2}}' --output none
app_id=$(again az rest --method GET --url "$graph/applications(uniqueName='$name')?\$select=appId" --query appId --output tsv)

# appRoles: policies, or spec.authorization.entraTokens.appOnly, name this role; a role that does not exist can be given to nobody, so that nobody is let in by it
again az rest --method PATCH --url "$graph/applications(uniqueName='$name')" --headers "$json" --body '{"appRoles":[{"allowedMemberTypes":["User"],"description":"Policies of the gateway read it.","displayName":"Notes.Admin","id":"1ae7e70e-fa9a-3051-a85e-ae7280f65783","isEnabled":true,"value":"Notes.Admin"}]}'

# web.redirectUris: Entra sends users back to the facade here, and the platform Web is the one whose codes need the gateway's credential; otherwise AADSTS50011, AADSTS9002327 or AADSTS700025
again az rest --method PATCH --url "$graph/applications(uniqueName='$name')" --headers "$json" --body '{"web":{"redirectUris":["https://mcp.example.com/oauth/callback"]}}'

# groupMembershipClaims: policies read groups; tokens carry up to 200, and above that none, so that the gateway asks Graph (spec.entra.groups.overage); without the claim nobody is in any group
again az rest --method PATCH --url "$graph/applications(uniqueName='$name')" --headers "$json" --body '{"groupMembershipClaims":"SecurityGroup"}'

# optionalClaims: policies may read these claims (spec.entra.claims), and idtyp tells apps from users; a claim that is not in the token is absent for policies
again az rest --method PATCH --url "$graph/applications(uniqueName='$name')" --headers "$json" --body '{"optionalClaims":{"idToken":[{"name":"email","essential":false}]}}'

# requiredResourceAccess: mcp/notes is called on behalf of the user; the facade signs users in and renews their sign-in; policies read groups, and tokens of users in more than 200 list none: the gateway asks Graph; consent in the portal covers only what is listed here
again az rest --method PATCH --url "$graph/applications(uniqueName='$name')" --headers "$json" --body '{"requiredResourceAccess":[{"resourceAppId":"00000003-0000-0000-c000-000000000000","resourceAccess":[{"id":"e1fe6dd8-ba31-4d61-89e7-88639da4683d","type":"Scope"},{"id":"7427e0e9-2fba-42fe-b0c0-848c9e6a8182","type":"Scope"},{"id":"37f7f235-527c-4136-accd-4a02d197296e","type":"Scope"},{"id":"14dad69e-099b-42c9-810b-d002981feec1","type":"Scope"},{"id":"98830695-27a2-44f7-8c18-0c3ebc9698f6","type":"Role"},{"id":"df021288-bdef-4463-88db-98f22de89214","type":"Role"}]}]}'

# servicePrincipal: the registration is used in a tenant through its enterprise application; otherwise AADSTS500011 or AADSTS7000112
again az rest --method PATCH --url "$graph/servicePrincipals(appId='$app_id')" --headers "$json" "$create" --body '{"accountEnabled":true}' --output none

# federatedIdentityCredentials: a token with exactly these three stands for the gateway, which then keeps no secret; otherwise AADSTS700211, AADSTS700212 or AADSTS700213
credential='ostiary-mcp-engineering'
again az rest --method PATCH --url "$graph/applications(appId='$app_id')/federatedIdentityCredentials(name='$credential')" --headers "$json" "$create" --body '{"audiences":["api://AzureADTokenExchange"],"issuer":"https://westeurope.oic.prod-aks.azure.com/3d4b0f7e/cluster/","subject":"system:serviceaccount:mcp:engineering-gateway"}' --output none

printf 'spec.entra.clientId: %s\n' "$app_id"

# Admin consent; without the right to give it, send an administrator this command.
az ad app permission admin-consent --id "$app_id"
