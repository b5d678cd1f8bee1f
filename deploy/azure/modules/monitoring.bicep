// Where logs, traces and metrics go, and who is told of an alert.

@description('Begins the names.')
param prefix string

@description('Where it is.')
param location string

@description('Put on each resource.')
param tags object

@description('Days that logs are kept.')
param logDays int

@description('Who is told.')
param alertEmails array

resource logs 'Microsoft.OperationalInsights/workspaces@2023-09-01' = {
  name: '${prefix}-logs'
  location: location
  tags: tags
  properties: {
    sku: {
      name: 'PerGB2018'
    }
    retentionInDays: logDays
  }
}

resource insights 'Microsoft.Insights/components@2020-02-02' = {
  name: '${prefix}-insights'
  location: location
  tags: tags
  kind: 'web'
  properties: {
    Application_Type: 'web'
    WorkspaceResourceId: logs.id
    IngestionMode: 'LogAnalytics'
    // Addresses of callers are not kept.
    DisableIpMasking: false
  }
}

// What an operator looks at first: open it from the Application Insights resource, under Workbooks.
resource workbook 'Microsoft.Insights/workbooks@2023-06-01' = {
  name: guid(insights.id, 'punctual')
  location: location
  tags: tags
  kind: 'shared'
  properties: {
    displayName: 'Punctual'
    category: 'workbook'
    sourceId: insights.id
    serializedData: loadTextContent('../../watch/workbook.json')
  }
}

// Prometheus, kept by Azure.
resource metrics 'Microsoft.Monitor/accounts@2023-04-03' = {
  name: '${prefix}-metrics'
  location: location
  tags: tags
}

resource people 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: '${prefix}-people'
  location: 'global'
  tags: tags
  properties: {
    groupShortName: take(prefix, 12)
    enabled: true
    emailReceivers: [for (address, i) in alertEmails: {
      name: 'email-${i}'
      emailAddress: address
      useCommonAlertSchema: true
    }]
  }
}

@description('The Log Analytics workspace.')
output logWorkspaceId string = logs.id

@description('The Azure Monitor workspace with the metrics.')
output metricsWorkspaceId string = metrics.id

@description('Who is told.')
output actionGroupId string = people.id

@description('The Application Insights resource.')
output insightsId string = insights.id
