// An address of the namespace inside a network, and its name there. Only Premium has it.

@description('Begins the names.')
param prefix string

@description('Where the endpoint is.')
param location string

@description('Put on each resource.')
param tags object

@description('The subnet that gets the address.')
param subnetId string

@description('The Service Bus namespace.')
param serviceBusId string

var zoneName = 'privatelink.servicebus.windows.net'

resource endpoint 'Microsoft.Network/privateEndpoints@2024-05-01' = {
  name: '${prefix}-servicebus'
  location: location
  tags: tags
  properties: {
    subnet: {
      id: subnetId
    }
    privateLinkServiceConnections: [
      {
        name: 'servicebus'
        properties: {
          privateLinkServiceId: serviceBusId
          groupIds: ['namespace']
        }
      }
    ]
  }
}

resource zone 'Microsoft.Network/privateDnsZones@2024-06-01' = {
  name: zoneName
  location: 'global'
  tags: tags
}

resource link 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01' = {
  parent: zone
  name: '${prefix}-network'
  location: 'global'
  tags: tags
  properties: {
    registrationEnabled: false
    virtualNetwork: {
      // A subnet's id is its network's, with /subnets/NAME behind it.
      id: join(take(split(subnetId, '/'), 9), '/')
    }
  }
}

resource zoneGroup 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2024-05-01' = {
  parent: endpoint
  name: 'servicebus'
  properties: {
    privateDnsZoneConfigs: [
      {
        name: 'servicebus'
        properties: {
          privateDnsZoneId: zone.id
        }
      }
    ]
  }
}
