// A cluster that is there already, and a queue that is reached inside the network only.
using './main.bicep'

param prefix = 'yourclinic'
param tags = {
  application: 'punctual'
}
param alertEmails = ['operator@example.com']
param createCluster = false
param existingOidcIssuer = 'https://westeurope.oic.prod-aks.azure.com/00000000-0000-0000-0000-000000000000/'
param existingKubeletPrincipalId = '00000000-0000-0000-0000-000000000000'
param kedaAccount = 'keda:keda-operator'
param serviceBusSku = 'Premium'
param privateEndpointSubnetId = '/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/network/providers/Microsoft.Network/virtualNetworks/clinic/subnets/endpoints'
