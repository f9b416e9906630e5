// The app registration of mcp/engineering (https://mcp.example.com).
// Needs the extension microsoftGraphV1 in bicepconfig.json:
// br:mcr.microsoft.com/bicep/extensions/microsoftgraph/v1.0
// It writes lists whole: what others have added to them is no longer there afterwards.
extension microsoftGraphV1

resource app 'Microsoft.Graph/applications@v1.0' = {
  uniqueName: 'ostiary-mcp.example.com'
  displayName: 'Ostiary engineering'
  signInAudience: 'AzureADMyOrg'
  tags: [
    'ostiary:https://mcp.example.com'
  ]
  api: {
    requestedAccessTokenVersion: 2
    oauth2PermissionScopes: [
      {
        adminConsentDescription: 'Allows a client to use Notes as the signed-in user.'
        adminConsentDisplayName: 'Use Notes'
        id: '7a5ca528-6a52-3aca-aef1-4e20d1d598dc'
        isEnabled: true
        type: 'User'
        userConsentDescription: 'Allows a client to use Notes as you.'
        userConsentDisplayName: 'Use Notes'
        value: 'mcp.notes'
      }
      {
        adminConsentDescription: 'Allows a client to use Wiki as the signed-in user.'
        adminConsentDisplayName: 'Use Wiki'
        id: '7ebc90db-13e6-3abf-b0ec-beb2621a6984'
        isEnabled: true
        type: 'User'
        userConsentDescription: 'Allows a client to use Wiki as you.'
        userConsentDisplayName: 'Use Wiki'
        value: 'mcp.wiki'
      }
    ]
    preAuthorizedApplications: [
      {
        appId: '04b07795-8ddb-461a-bbee-02f9e1bf7b46'
        delegatedPermissionIds: [
          '7a5ca528-6a52-3aca-aef1-4e20d1d598dc'
          '7ebc90db-13e6-3abf-b0ec-beb2621a6984'
        ]
      }
      {
        appId: 'aebc6443-996d-45c2-90f0-388ff96faa56'
        delegatedPermissionIds: [
          '7a5ca528-6a52-3aca-aef1-4e20d1d598dc'
          '7ebc90db-13e6-3abf-b0ec-beb2621a6984'
        ]
      }
    ]
  }
  identifierUris: [
    'https://mcp.example.com/notes'
    'https://mcp.example.com/wiki'
  ]
  appRoles: [
    {
      allowedMemberTypes: [
        'Application'
      ]
      description: 'It lets apps without a user in.'
      displayName: 'Mcp.Call'
      id: 'd92e718d-ab4c-3331-801a-09927292c018'
      isEnabled: true
      value: 'Mcp.Call'
    }
  ]
  publicClient: {
    redirectUris: [
      'http://127.0.0.1:19876/mcp/oauth/callback'
      'http://127.0.0.1:33418/'
      'http://localhost/callback'
      'http://localhost/oauth/callback'
      'http://localhost:8787/callback'
      'https://claude.ai/api/mcp/auth_callback'
      'https://claude.com/api/mcp/auth_callback'
      'https://vscode.dev/redirect'
    ]
  }
  optionalClaims: {
    accessToken: [
      {
        name: 'idtyp'
        essential: false
      }
    ]
  }
}

resource principal 'Microsoft.Graph/servicePrincipals@v1.0' = {
  appId: app.appId
}

output clientId string = app.appId
