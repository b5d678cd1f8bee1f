// The vault of the application's secrets. Who may read which is in grants.bicep, secret by secret.

@description('The vault\'s name is this with -punctual behind it.')
param prefix string

@description('Where it is.')
param location string

@description('Put on the vault.')
param tags object

@description('Where it is written down who read what.')
param logWorkspaceId string

resource vault 'Microsoft.KeyVault/vaults@2024-11-01' = {
  name: '${prefix}-punctual'
  location: location
  tags: tags
  properties: {
    tenantId: tenant().tenantId
    sku: {
      family: 'A'
      name: 'standard'
    }
    enableRbacAuthorization: true
    enableSoftDelete: true
    softDeleteRetentionInDays: 90
    // A deleted vault can be brought back for so long, and by nobody be made to vanish before.
    enablePurgeProtection: true
  }
}

resource log 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'log'
  scope: vault
  properties: {
    workspaceId: logWorkspaceId
    logs: [
      {
        categoryGroup: 'audit'
        enabled: true
      }
    ]
  }
}

@description('The vault\'s name.')
output vaultName string = vault.name
