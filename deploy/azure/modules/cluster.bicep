// An AKS cluster for deploy/spinkube, with the add-ons that it wants: secrets from Key Vault, KEDA, an ingress, network policies,
// Prometheus. SpinKube itself is no add-on of AKS: docs/deploy.md installs it with Helm.

@description('Begins the names.')
param prefix string

@description('Where it is.')
param location string

@description('Put on each resource.')
param tags object

@description('The machines.')
param nodeSize string

@description('The fewest and the most of them.')
param nodeCount object

@description('Object ids of the groups that administer it.')
param adminGroupIds array

@description('Where its audit log goes.')
param logWorkspaceId string

@description('Where its metrics go.')
param metricsWorkspaceId string

// Built into Azure: lets the cluster give its machines their identity.
var managedIdentityOperator = 'f1a07417-d97a-45cb-824c-7a7467783830'

resource control 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: '${prefix}-cluster'
  location: location
  tags: tags
}

// The machines, and so the application: a component cannot read the file of a workload identity (docs/deploy.md, "Who the pods are").
resource kubelet 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: '${prefix}-nodes'
  location: location
  tags: tags
}

resource gives 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(kubelet.id, control.id, managedIdentityOperator)
  scope: kubelet
  properties: {
    principalId: control.properties.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', managedIdentityOperator)
  }
}

resource cluster 'Microsoft.ContainerService/managedClusters@2025-05-01' = {
  name: '${prefix}-aks'
  location: location
  tags: tags
  sku: {
    name: 'Base'
    tier: 'Standard'
  }
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: {
      '${control.id}': {}
    }
  }
  properties: {
    dnsPrefix: prefix
    disableLocalAccounts: true
    aadProfile: {
      managed: true
      enableAzureRBAC: true
      adminGroupObjectIDs: adminGroupIds
    }
    identityProfile: {
      kubeletidentity: {
        resourceId: kubelet.id
        clientId: kubelet.properties.clientId
        objectId: kubelet.properties.principalId
      }
    }
    agentPoolProfiles: [
      {
        name: 'nodes'
        mode: 'System'
        osType: 'Linux'
        osSKU: 'AzureLinux'
        vmSize: nodeSize
        enableAutoScaling: true
        count: nodeCount.min
        minCount: nodeCount.min
        maxCount: nodeCount.max
        upgradeSettings: {
          maxSurge: '33%'
        }
      }
    ]
    networkProfile: {
      networkPlugin: 'azure'
      networkPluginMode: 'overlay'
      networkDataplane: 'cilium'
      networkPolicy: 'cilium'
      loadBalancerSku: 'standard'
    }
    oidcIssuerProfile: {
      enabled: true
    }
    securityProfile: {
      workloadIdentity: {
        enabled: true
      }
    }
    addonProfiles: {
      azureKeyvaultSecretsProvider: {
        enabled: true
        config: {
          enableSecretRotation: 'true'
          rotationPollInterval: '2m'
        }
      }
    }
    workloadAutoScalerProfile: {
      keda: {
        enabled: true
      }
    }
    ingressProfile: {
      webAppRouting: {
        enabled: true
      }
    }
    azureMonitorProfile: {
      metrics: {
        enabled: true
      }
    }
    autoUpgradeProfile: {
      upgradeChannel: 'patch'
      nodeOSUpgradeChannel: 'NodeImage'
    }
  }
  dependsOn: [gives]
}

resource log 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'log'
  scope: cluster
  properties: {
    workspaceId: logWorkspaceId
    logs: [
      {
        category: 'kube-audit-admin'
        enabled: true
      }
    ]
  }
}

resource collection 'Microsoft.Insights/dataCollectionEndpoints@2023-03-11' = {
  name: '${prefix}-metrics'
  location: location
  tags: tags
  kind: 'Linux'
  properties: {}
}

resource rule 'Microsoft.Insights/dataCollectionRules@2023-03-11' = {
  name: '${prefix}-metrics'
  location: location
  tags: tags
  kind: 'Linux'
  properties: {
    dataCollectionEndpointId: collection.id
    dataSources: {
      prometheusForwarder: [
        {
          name: 'prometheus'
          streams: ['Microsoft-PrometheusMetrics']
        }
      ]
    }
    destinations: {
      monitoringAccounts: [
        {
          name: 'metrics'
          accountResourceId: metricsWorkspaceId
        }
      ]
    }
    dataFlows: [
      {
        streams: ['Microsoft-PrometheusMetrics']
        destinations: ['metrics']
      }
    ]
  }
}

resource collects 'Microsoft.Insights/dataCollectionRuleAssociations@2023-03-11' = {
  name: '${prefix}-metrics'
  scope: cluster
  properties: {
    dataCollectionRuleId: rule.id
  }
}

@description('The cluster\'s name.')
output clusterName string = cluster.name

@description('Who vouches for its service accounts.')
output oidcIssuer string = cluster.properties.oidcIssuerProfile.issuerURL

@description('Object id of its machines\' identity.')
output kubeletPrincipalId string = kubelet.properties.principalId

@description('Client id of its machines\' identity.')
output kubeletClientId string = kubelet.properties.clientId
