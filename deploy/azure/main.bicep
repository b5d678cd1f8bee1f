// Everything that Punctual needs in Azure, in one resource group. Deploy it, put the secrets into the vault, then deploy
// grants.bicep: docs/deploy.md goes through it step by step.

targetScope = 'resourceGroup'

@description('Begins the names of all resources. The namespace of the queue and the vault need one that nobody else has.')
@minLength(3)
@maxLength(15)
param prefix string

@description('Where the resources are.')
param location string = resourceGroup().location

@description('Put on every resource.')
param tags object = {}

@description('Standard is enough for most. Premium is for a private endpoint and for throughput of one\'s own.')
@allowed(['Standard', 'Premium'])
param serviceBusSku string = 'Standard'

@description('How long a worker has a message to itself. Punctual\'s leases are made for a minute.')
@allowed(['PT1M', 'PT2M', 'PT3M', 'PT4M', 'PT5M'])
param lockDuration string = 'PT1M'

@description('After so many deliveries a message is a dead letter.')
@minValue(3)
@maxValue(100)
param maxDeliveryCount int = 10

@description('With Premium: the subnet of a private endpoint to the queue. Empty: the namespace answers on its public address.')
param privateEndpointSubnetId string = ''

@description('Whether an AKS cluster is made. If not, say below who the pods of yours are.')
param createCluster bool = true

@description('With a cluster of one\'s own: its OIDC issuer, as `az aks show --query oidcIssuerProfile.issuerUrl` tells it.')
param existingOidcIssuer string = ''

@description('With a cluster of one\'s own: the object id of its kubelet identity, which the pods are at the machine\'s identity endpoint.')
param existingKubeletPrincipalId string = ''

@description('Object ids of Entra groups that administer the new cluster.')
param clusterAdminGroupIds array = []

@description('Machines of the new cluster.')
param nodeSize string = 'Standard_D2s_v5'

@description('The fewest and the most of them.')
param nodeCount object = { min: 2, max: 5 }

@description('The namespace that deploy/spinkube is applied to.')
param kubernetesNamespace string = 'punctual'

@description('The namespace and the service account of the KEDA operator. AKS has its add-on in kube-system.')
param kedaAccount string = 'kube-system:keda-operator'

@description('Whether Azure Communication Services are made, for email or texts.')
param createCommunication bool = false

@description('Where Communication Services keep data: Europe, United States, …')
param communicationDataLocation string = 'Europe'

@description('Who is told when an alert fires. Empty: alerts are raised and nobody is told.')
param alertEmails array = []

@description('Days that logs are kept.')
@minValue(30)
@maxValue(730)
param logDays int = 90

module identities 'modules/identities.bicep' = {
  name: 'identities'
  params: {
    prefix: prefix
    location: location
    tags: tags
  }
}

module monitoring 'modules/monitoring.bicep' = {
  name: 'monitoring'
  params: {
    prefix: prefix
    location: location
    tags: tags
    logDays: logDays
    alertEmails: alertEmails
  }
}

module cluster 'modules/cluster.bicep' = if (createCluster) {
  name: 'cluster'
  params: {
    prefix: prefix
    location: location
    tags: tags
    nodeSize: nodeSize
    nodeCount: nodeCount
    adminGroupIds: clusterAdminGroupIds
    logWorkspaceId: monitoring.outputs.logWorkspaceId
    metricsWorkspaceId: monitoring.outputs.metricsWorkspaceId
  }
}

module federation 'modules/federation.bicep' = {
  name: 'federation'
  params: {
    identityNames: identities.outputs.names
    issuer: createCluster ? cluster!.outputs.oidcIssuer : existingOidcIssuer
    kubernetesNamespace: kubernetesNamespace
    kedaAccount: kedaAccount
  }
}

module bus 'modules/servicebus.bicep' = {
  name: 'servicebus'
  params: {
    prefix: prefix
    location: location
    tags: tags
    sku: serviceBusSku
    lockDuration: lockDuration
    maxDeliveryCount: maxDeliveryCount
    isPublic: empty(privateEndpointSubnetId)
    workerPrincipalId: createCluster ? cluster!.outputs.kubeletPrincipalId : existingKubeletPrincipalId
    kedaPrincipalId: identities.outputs.principals.keda
    logWorkspaceId: monitoring.outputs.logWorkspaceId
  }
}

module endpoint 'modules/private-endpoint.bicep' = if (!empty(privateEndpointSubnetId)) {
  name: 'private-endpoint'
  params: {
    prefix: prefix
    location: location
    tags: tags
    subnetId: privateEndpointSubnetId
    serviceBusId: bus.outputs.namespaceId
  }
}

module vault 'modules/keyvault.bicep' = {
  name: 'keyvault'
  params: {
    prefix: prefix
    location: location
    tags: tags
    logWorkspaceId: monitoring.outputs.logWorkspaceId
  }
}

module communication 'modules/communication.bicep' = if (createCommunication) {
  name: 'communication'
  params: {
    prefix: prefix
    tags: tags
    dataLocation: communicationDataLocation
  }
}

module alerts 'modules/alerts.bicep' = {
  name: 'alerts'
  params: {
    prefix: prefix
    location: location
    tags: tags
    actionGroupId: monitoring.outputs.actionGroupId
    serviceBusId: bus.outputs.namespaceId
    queueName: bus.outputs.queueName
    metricsWorkspaceId: monitoring.outputs.metricsWorkspaceId
    insightsId: monitoring.outputs.insightsId
  }
}

@description('For azure.yaml of the overlay: the tenant.')
output tenant string = tenant().tenantId

@description('For azure.yaml: the vault\'s name.')
output vault string = vault.outputs.vaultName

@description('For azure.yaml: the name of the Service Bus namespace.')
output servicebus string = bus.outputs.namespaceName

@description('For azure.yaml: the client id of each account\'s identity.')
output clientIds object = identities.outputs.clients

@description('For settings.env: servicebus_endpoint.')
output serviceBusEndpoint string = bus.outputs.endpoint

@description('For settings.env: entra_client_id, the pods\' identity at the machine. It is a user in Dataverse, too. Empty with a cluster of one\'s own.')
output workerClientId string = createCluster ? cluster!.outputs.kubeletClientId : ''

@description('The new cluster\'s name, for `az aks get-credentials`.')
output clusterName string = createCluster ? cluster!.outputs.clusterName : ''

@description('For settings.env: acs_endpoint, if Communication Services were made.')
output communicationEndpoint string = createCommunication ? communication!.outputs.endpoint : ''
