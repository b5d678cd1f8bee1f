// The namespace and the queue of reminders, and who may use them. There are no keys: identities only.

@description('Begins the names.')
param prefix string

@description('Where it is.')
param location string

@description('Put on the namespace.')
param tags object

@description('Standard or Premium.')
@allowed(['Standard', 'Premium'])
param sku string

@description('How long a worker has a message to itself.')
param lockDuration string

@description('After so many deliveries a message is a dead letter.')
param maxDeliveryCount int

@description('Whether the public address answers. If not, there must be a private endpoint.')
param isPublic bool

@description('Object id of the identity that the application is.')
param workerPrincipalId string

@description('Object id of KEDA\'s identity.')
param kedaPrincipalId string

@description('Where the namespace\'s own log goes.')
param logWorkspaceId string

// Built into Azure.
var dataOwner = '090c5cfd-751d-490a-894a-3ce6f1109419'
var dataSender = '69a216fc-b8fb-44d8-bc22-1f3c2cd27a39'
var dataReceiver = '4f6d3b9b-027b-4f4c-9142-0e5a2a2247e0'

resource bus 'Microsoft.ServiceBus/namespaces@2024-01-01' = {
  name: '${prefix}-punctual'
  location: location
  tags: tags
  sku: {
    name: sku
    tier: sku
    capacity: sku == 'Premium' ? 1 : null
  }
  properties: {
    minimumTlsVersion: '1.2'
    disableLocalAuth: true
    publicNetworkAccess: isPublic ? 'Enabled' : 'Disabled'
  }
}

resource queue 'Microsoft.ServiceBus/namespaces/queues@2024-01-01' = {
  parent: bus
  name: 'reminders'
  properties: {
    lockDuration: lockDuration
    maxDeliveryCount: maxDeliveryCount
    // Counted from the time that a message is due. What nobody took for so long is no reminder any more.
    defaultMessageTimeToLive: 'P7D'
    deadLetteringOnMessageExpiration: true
    maxSizeInMegabytes: 5120
    // It would swallow a message that is scheduled again.
    requiresDuplicateDetection: false
    requiresSession: false
    enablePartitioning: false
  }
}

resource sends 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(queue.id, workerPrincipalId, dataSender)
  scope: queue
  properties: {
    principalId: workerPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', dataSender)
    description: 'Punctual schedules reminders.'
  }
}

resource receives 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(queue.id, workerPrincipalId, dataReceiver)
  scope: queue
  properties: {
    principalId: workerPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', dataReceiver)
    description: 'Punctual takes what is due.'
  }
}

// KEDA reads how many messages are active. Azure has no smaller role that may: asking for counts wants the claim Manage.
resource counts 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(queue.id, kedaPrincipalId, dataOwner)
  scope: queue
  properties: {
    principalId: kedaPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', dataOwner)
    description: 'KEDA asks how long the queue is.'
  }
}

resource log 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'log'
  scope: bus
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

@description('The namespace\'s id.')
output namespaceId string = bus.id

@description('The namespace\'s name.')
output namespaceName string = bus.name

@description('What servicebus_endpoint is set to.')
output endpoint string = 'https://${bus.name}.servicebus.windows.net'

@description('The queue\'s name.')
output queueName string = queue.name
