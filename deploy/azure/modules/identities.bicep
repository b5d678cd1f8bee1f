// An identity for each account of deploy/spinkube. What each may do stands where the thing is that it may do it with: the vault's
// secrets in grants.bicep, the queue in servicebus.bicep. None has a right on a resource group.

@description('Begins the names.')
param prefix string

@description('Where the identities are.')
param location string

@description('Put on each.')
param tags object

// The first four read secrets for their pods. KEDA asks how long the queue is.
var accounts = ['scheduler', 'delivery', 'console', 'timers', 'keda']

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = [for account in accounts: {
  name: '${prefix}-${account}'
  location: location
  tags: tags
}]

@description('Account to name.')
output names object = toObject(range(0, length(accounts)), i => accounts[i], i => '${prefix}-${accounts[i]}')

@description('Account to client id.')
output clients object = {
  scheduler: identity[0].properties.clientId
  delivery: identity[1].properties.clientId
  console: identity[2].properties.clientId
  timers: identity[3].properties.clientId
  keda: identity[4].properties.clientId
}

@description('Account to object id.')
output principals object = {
  scheduler: identity[0].properties.principalId
  delivery: identity[1].properties.principalId
  console: identity[2].properties.principalId
  timers: identity[3].properties.principalId
  keda: identity[4].properties.principalId
}
