// Who may read which secret: each account its own, and none a provider's but delivery. Deployed after the secrets were put into
// the vault, since a right on a secret needs the secret. The list follows from spin.toml (secrets.json).

targetScope = 'resourceGroup'

@description('The same as in main.bicep.')
param prefix string

@description('The vault\'s name, as main.bicep answered it.')
param vaultName string

@description('Which of deploy/spinkube/options are used, and keys, which everybody needs.')
param groups array = ['keys', 'sendgrid', 'twilio', 'insights']

// Built into Azure.
var secretsUser = '4633458b-17de-408a-b874-0445c86b69e6'

var reads = filter(loadJsonContent('secrets.json'), read => contains(groups, read.group))

resource vault 'Microsoft.KeyVault/vaults@2024-11-01' existing = {
  name: vaultName
}

resource secret 'Microsoft.KeyVault/vaults/secrets@2024-11-01' existing = [for read in reads: {
  parent: vault
  name: read.secret
}]

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' existing = [for read in reads: {
  name: '${prefix}-${read.account}'
}]

resource grant 'Microsoft.Authorization/roleAssignments@2022-04-01' = [for (read, i) in reads: {
  name: guid(secret[i].id, '${prefix}-${read.account}', secretsUser)
  scope: secret[i]
  properties: {
    principalId: identity[i].properties.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', secretsUser)
    description: '${read.account} reads ${read.secret}.'
  }
}]
