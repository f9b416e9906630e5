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
again az rest --method PATCH --url "$graph/applications(uniqueName='$name')" --headers "$json" --body '{"api":{"oauth2PermissionScopes":[{"adminConsentDescription":"Allows a client to use Notes as the signed-in user.","adminConsentDisplayName":"Use Notes","id":"7a5ca528-6a52-3aca-aef1-4e20d1d598dc","isEnabled":true,"type":"User","userConsentDescription":"Allows a client to use Notes as you.","userConsentDisplayName":"Use Notes","value":"mcp.notes"},{"adminConsentDescription":"Allows a client to use Wiki as the signed-in user.","adminConsentDisplayName":"Use Wiki","id":"7ebc90db-13e6-3abf-b0ec-beb2621a6984","isEnabled":true,"type":"User","userConsentDescription":"Allows a client to use Wiki as you.","userConsentDisplayName":"Use Wiki","value":"mcp.wiki"}]}}'

# identifierUris: clients ask for tokens under these names and send them as resource, which Entra compares letter for letter; otherwise AADSTS9010010 or AADSTS500011
again az rest --method PATCH --url "$graph/applications(uniqueName='$name')" --headers "$json" --body '{"identifierUris":["https://mcp.example.com/notes","https://mcp.example.com/wiki"]}'

# api.preAuthorizedApplications: these clients show no consent page for an MCP server; otherwise AADSTS65001, or AADSTS65002 for Microsoft's own
again az rest --method PATCH --url "$graph/applications(uniqueName='$name')" --headers "$json" --body '{"api":{"preAuthorizedApplications":[{"appId":"04b07795-8ddb-461a-bbee-02f9e1bf7b46","delegatedPermissionIds":["7a5ca528-6a52-3aca-aef1-4e20d1d598dc","7ebc90db-13e6-3abf-b0ec-beb2621a6984"]},{"appId":"aebc6443-996d-45c2-90f0-388ff96faa56","delegatedPermissionIds":["7a5ca528-6a52-3aca-aef1-4e20d1d598dc","7ebc90db-13e6-3abf-b0ec-beb2621a6984"]}]}}'

# appRoles: policies, or spec.authorization.entraTokens.appOnly, name this role; a role that does not exist can be given to nobody, so that nobody is let in by it
again az rest --method PATCH --url "$graph/applications(uniqueName='$name')" --headers "$json" --body '{"appRoles":[{"allowedMemberTypes":["Application"],"description":"It lets apps without a user in.","displayName":"Mcp.Call","id":"d92e718d-ab4c-3331-801a-09927292c018","isEnabled":true,"value":"Mcp.Call"}]}'

# publicClient.redirectUris: without a facade, MCP clients that sign in as the registration itself come back here, and they have no credential; otherwise AADSTS50011 or AADSTS7000218
again az rest --method PATCH --url "$graph/applications(uniqueName='$name')" --headers "$json" --body '{"publicClient":{"redirectUris":["http://127.0.0.1:19876/mcp/oauth/callback","http://127.0.0.1:33418/","http://localhost/callback","http://localhost/oauth/callback","http://localhost:8787/callback","https://claude.ai/api/mcp/auth_callback","https://claude.com/api/mcp/auth_callback","https://vscode.dev/redirect"]}}'

# optionalClaims: policies may read these claims (spec.entra.claims), and idtyp tells apps from users; a claim that is not in the token is absent for policies
again az rest --method PATCH --url "$graph/applications(uniqueName='$name')" --headers "$json" --body '{"optionalClaims":{"accessToken":[{"name":"idtyp","essential":false}]}}'

# servicePrincipal: the registration is used in a tenant through its enterprise application; otherwise AADSTS500011 or AADSTS7000112
again az rest --method PATCH --url "$graph/servicePrincipals(appId='$app_id')" --headers "$json" "$create" --body '{"accountEnabled":true}' --output none

printf 'spec.entra.clientId: %s\n' "$app_id"
