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
        adminConsentDescription: 'Allows a client to use all MCP servers as the signed-in user.'
        adminConsentDisplayName: 'Use all MCP servers'
        id: 'fd5eb24f-d7b1-38e4-8113-282c6ea58727'
        isEnabled: true
        type: 'User'
        userConsentDescription: 'Allows a client to use all MCP servers as you.'
        userConsentDisplayName: 'Use all MCP servers'
        value: 'mcp.use'
      }
    ]
    preAuthorizedApplications: [
      {
        appId: '04b07795-8ddb-461a-bbee-02f9e1bf7b46'
        delegatedPermissionIds: [
          'fd5eb24f-d7b1-38e4-8113-282c6ea58727'
        ]
      }
      {
        appId: 'aebc6443-996d-45c2-90f0-388ff96faa56'
        delegatedPermissionIds: [
          'fd5eb24f-d7b1-38e4-8113-282c6ea58727'
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
  web: {
    redirectUris: [
      'https://mcp.example.com/oauth/callback'
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
  requiredResourceAccess: [
    {
      resourceAppId: '00000003-0000-0000-c000-000000000000'
      resourceAccess: [
        {
          id: '7427e0e9-2fba-42fe-b0c0-848c9e6a8182'
          type: 'Scope'
        }
        {
          id: '37f7f235-527c-4136-accd-4a02d197296e'
          type: 'Scope'
        }
        {
          id: '14dad69e-099b-42c9-810b-d002981feec1'
          type: 'Scope'
        }
      ]
    }
  ]
}

resource principal 'Microsoft.Graph/servicePrincipals@v1.0' = {
  appId: app.appId
}

// Admin consent: whoever deploys this needs the right to give it.
resource graph 'Microsoft.Graph/servicePrincipals@v1.0' existing = {
  appId: '00000003-0000-0000-c000-000000000000'
}

resource consent 'Microsoft.Graph/oauth2PermissionGrants@v1.0' = {
  clientId: principal.id
  consentType: 'AllPrincipals'
  resourceId: graph.id
  scope: 'offline_access openid profile'
}

output clientId string = app.appId
