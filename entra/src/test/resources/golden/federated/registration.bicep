// The app registration of mcp/engineering (https://mcp.example.com).
// Needs the extension microsoftGraphV1 in bicepconfig.json:
// br:mcr.microsoft.com/bicep/extensions/microsoftgraph/v1.0
// It writes lists whole: what others have added to them is no longer there afterwards.
// spec.entra.claims names department, which is no optional claim of Entra's: a claims mapping policy or a directory extension can bring it, and this command makes neither.
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
  }
  appRoles: [
    {
      allowedMemberTypes: [
        'User'
      ]
      description: 'Policies of the gateway read it.'
      displayName: 'Notes.Admin'
      id: '1ae7e70e-fa9a-3051-a85e-ae7280f65783'
      isEnabled: true
      value: 'Notes.Admin'
    }
  ]
  web: {
    redirectUris: [
      'https://mcp.example.com/oauth/callback'
    ]
  }
  groupMembershipClaims: 'SecurityGroup'
  optionalClaims: {
    idToken: [
      {
        name: 'email'
        essential: false
      }
    ]
  }
  requiredResourceAccess: [
    {
      resourceAppId: '00000003-0000-0000-c000-000000000000'
      resourceAccess: [
        {
          id: 'e1fe6dd8-ba31-4d61-89e7-88639da4683d'
          type: 'Scope'
        }
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
        {
          id: '98830695-27a2-44f7-8c18-0c3ebc9698f6'
          type: 'Role'
        }
        {
          id: 'df021288-bdef-4463-88db-98f22de89214'
          type: 'Role'
        }
      ]
    }
  ]
}

resource principal 'Microsoft.Graph/servicePrincipals@v1.0' = {
  appId: app.appId
}

resource federated 'Microsoft.Graph/applications/federatedIdentityCredentials@v1.0' = {
  name: '${app.uniqueName}/ostiary-mcp-engineering'
  audiences: [
    'api://AzureADTokenExchange'
  ]
  issuer: 'https://westeurope.oic.prod-aks.azure.com/3d4b0f7e/cluster/'
  subject: 'system:serviceaccount:mcp:engineering-gateway'
}

// Admin consent: whoever deploys this needs the right to give it.
resource graph 'Microsoft.Graph/servicePrincipals@v1.0' existing = {
  appId: '00000003-0000-0000-c000-000000000000'
}

resource consent 'Microsoft.Graph/oauth2PermissionGrants@v1.0' = {
  clientId: principal.id
  consentType: 'AllPrincipals'
  resourceId: graph.id
  scope: 'User.Read offline_access openid profile'
}

resource GroupMemberReadAll 'Microsoft.Graph/appRoleAssignedTo@v1.0' = {
  appRoleId: '98830695-27a2-44f7-8c18-0c3ebc9698f6'
  principalId: principal.id
  resourceId: graph.id
}

resource UserReadAll 'Microsoft.Graph/appRoleAssignedTo@v1.0' = {
  appRoleId: 'df021288-bdef-4463-88db-98f22de89214'
  principalId: principal.id
  resourceId: graph.id
}

output clientId string = app.appId
