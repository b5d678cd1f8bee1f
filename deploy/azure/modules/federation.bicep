// Whom the identities believe: the service accounts of the cluster, by its OIDC issuer. There is no secret in between.

@description('Account to name of its identity.')
param identityNames object

@description('The cluster\'s OIDC issuer.')
@minLength(8)
param issuer string

@description('The namespace of the service accounts.')
param kubernetesNamespace string

@description('Namespace and account of the KEDA operator, with a colon between.')
param kedaAccount string

var subjects = [
  { account: 'scheduler', subject: '${kubernetesNamespace}:scheduler' }
  { account: 'delivery', subject: '${kubernetesNamespace}:delivery' }
  { account: 'console', subject: '${kubernetesNamespace}:console' }
  { account: 'timers', subject: '${kubernetesNamespace}:timers' }
  { account: 'keda', subject: kedaAccount }
]

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' existing = [for entry in subjects: {
  name: identityNames[entry.account]
}]

resource credential 'Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials@2024-11-30' = [for (entry, i) in subjects: {
  parent: identity[i]
  name: 'kubernetes'
  properties: {
    issuer: issuer
    subject: 'system:serviceaccount:${entry.subject}'
    audiences: ['api://AzureADTokenExchange']
  }
}]
