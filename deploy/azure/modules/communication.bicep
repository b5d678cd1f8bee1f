// Azure Communication Services with a domain of Azure's own to send email from. A number for texts, and a domain of the clinic's,
// are bought and verified by people. Its key is read with `az communication list-key` and put into the vault; it is no output.

@description('Begins the names.')
param prefix string

@description('Put on each resource.')
param tags object

@description('Where data is kept.')
param dataLocation string

resource email 'Microsoft.Communication/emailServices@2023-04-01' = {
  name: '${prefix}-email'
  location: 'global'
  tags: tags
  properties: {
    dataLocation: dataLocation
  }
}

resource domain 'Microsoft.Communication/emailServices/domains@2023-04-01' = {
  parent: email
  name: 'AzureManagedDomain'
  location: 'global'
  tags: tags
  properties: {
    domainManagement: 'AzureManaged'
    // Nobody's opening of an email is followed.
    userEngagementTracking: 'Disabled'
  }
}

resource services 'Microsoft.Communication/communicationServices@2023-04-01' = {
  name: '${prefix}-communication'
  location: 'global'
  tags: tags
  properties: {
    dataLocation: dataLocation
    linkedDomains: [domain.id]
  }
}

@description('What acs_endpoint is set to.')
output endpoint string = 'https://${services.properties.hostName}'
