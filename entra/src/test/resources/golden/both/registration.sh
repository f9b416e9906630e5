#!/bin/sh
# Makes the app registration of mcp/engineering (https://mcp.example.com).
# Needs a login that may register applications: az login --tenant 3d4b0f7e-0000-4000-8000-000000000001
# Of another cloud than the public one: az cloud set, before the login.
# It can be run again. It writes lists whole: what others have added to them is no longer there afterwards.
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

# api.oauth2PermissionScopes: clients ask for this scope, and a token without it opens nothing; otherwise AADSTS650053
again az rest --method PATCH --url "$graph/applications(uniqueName='$name')" --headers "$json" --body '{"api":{"oauth2PermissionScopes":[{"adminConsentDescription":"Allows a client to use all MCP servers as the signed-in user.","adminConsentDisplayName":"Use all MCP servers","id":"fd5eb24f-d7b1-38e4-8113-282c6ea58727","isEnabled":true,"type":"User","userConsentDescription":"Allows a client to use all MCP servers as you.","userConsentDisplayName":"Use all MCP servers","value":"mcp.use"}]}}'

# identifierUris: clients ask for tokens under these names and send them as resource, which Entra compares letter for letter; otherwise AADSTS9010010 or AADSTS500011
again az rest --method PATCH --url "$graph/applications(uniqueName='$name')" --headers "$json" --body '{"identifierUris":["https://mcp.example.com/notes","https://mcp.example.com/wiki"]}'

# api.preAuthorizedApplications: these clients show no consent page for an MCP server; otherwise AADSTS65001, or AADSTS65002 for Microsoft's own
again az rest --method PATCH --url "$graph/applications(uniqueName='$name')" --headers "$json" --body '{"api":{"preAuthorizedApplications":[{"appId":"04b07795-8ddb-461a-bbee-02f9e1bf7b46","delegatedPermissionIds":["fd5eb24f-d7b1-38e4-8113-282c6ea58727"]},{"appId":"aebc6443-996d-45c2-90f0-388ff96faa56","delegatedPermissionIds":["fd5eb24f-d7b1-38e4-8113-282c6ea58727"]}]}}'

# appRoles: policies, or spec.authorization.entraTokens.appOnly, name this role; a role that does not exist can be given to nobody, so that nobody is let in by it
again az rest --method PATCH --url "$graph/applications(uniqueName='$name')" --headers "$json" --body '{"appRoles":[{"allowedMemberTypes":["Application"],"description":"It lets apps without a user in.","displayName":"Mcp.Call","id":"d92e718d-ab4c-3331-801a-09927292c018","isEnabled":true,"value":"Mcp.Call"}]}'

# web.redirectUris: Entra sends users back to the facade here, and the platform Web is the one whose codes need the gateway's credential; otherwise AADSTS50011, AADSTS9002327 or AADSTS700025
again az rest --method PATCH --url "$graph/applications(uniqueName='$name')" --headers "$json" --body '{"web":{"redirectUris":["https://mcp.example.com/oauth/callback"]}}'

# optionalClaims: policies may read these claims (spec.entra.claims), and idtyp tells apps from users; a claim that is not in the token is absent for policies
again az rest --method PATCH --url "$graph/applications(uniqueName='$name')" --headers "$json" --body '{"optionalClaims":{"accessToken":[{"name":"idtyp","essential":false}]}}'

# requiredResourceAccess: the facade signs users in and renews their sign-in; consent in the portal covers only what is listed here
again az rest --method PATCH --url "$graph/applications(uniqueName='$name')" --headers "$json" --body '{"requiredResourceAccess":[{"resourceAppId":"00000003-0000-0000-c000-000000000000","resourceAccess":[{"id":"7427e0e9-2fba-42fe-b0c0-848c9e6a8182","type":"Scope"},{"id":"37f7f235-527c-4136-accd-4a02d197296e","type":"Scope"},{"id":"14dad69e-099b-42c9-810b-d002981feec1","type":"Scope"}]}]}'

# servicePrincipal: the registration is used in a tenant through its enterprise application; otherwise AADSTS500011 or AADSTS7000112
again az rest --method PATCH --url "$graph/servicePrincipals(appId='$app_id')" --headers "$json" "$create" --body '{"accountEnabled":true}' --output none

printf 'spec.entra.clientId: %s\n' "$app_id"
# A certificate: az ad app credential reset --append --cert @certificate.pem --id "$app_id"

# Admin consent; without the right to give it, send an administrator this command.
az ad app permission admin-consent --id "$app_id"
