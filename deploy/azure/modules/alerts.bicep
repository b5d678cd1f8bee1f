// Alerts, from deploy/watch/alerts.json: what is asked, when it counts and what to do stand there, for Prometheus elsewhere too.

@description('Begins the names.')
param prefix string

@description('Where the rules are kept.')
param location string

@description('Put on each resource.')
param tags object

@description('Who is told.')
param actionGroupId string

@description('The Service Bus namespace.')
param serviceBusId string

@description('The queue of reminders.')
param queueName string

@description('The Azure Monitor workspace with the metrics.')
param metricsWorkspaceId string

@description('The Application Insights resource, which has what Punctual told of its work.')
param insightsId string

var alerts = loadJsonContent('../../watch/alerts.json')

resource onQueue 'Microsoft.Insights/metricAlerts@2018-03-01' = [for alert in alerts.servicebus: {
  name: '${prefix}-${alert.name}'
  location: 'global'
  tags: tags
  properties: {
    description: alert.summary
    severity: alert.severity
    enabled: true
    scopes: [serviceBusId]
    evaluationFrequency: 'PT1M'
    windowSize: alert.window
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          criterionType: 'StaticThresholdCriterion'
          name: alert.name
          metricNamespace: 'Microsoft.ServiceBus/namespaces'
          metricName: alert.metric
          timeAggregation: alert.aggregation
          operator: 'GreaterThan'
          threshold: alert.threshold
          dimensions: [
            {
              name: 'EntityName'
              operator: 'Include'
              values: [queueName]
            }
          ]
        }
      ]
    }
    actions: [
      {
        actionGroupId: actionGroupId
        webHookProperties: {
          runbook: alert.runbook
        }
      }
    ]
  }
}]

resource onLogs 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [for alert in alerts.logs: {
  name: '${prefix}-${alert.name}'
  location: location
  tags: tags
  kind: 'LogAlert'
  properties: {
    displayName: alert.name
    description: alert.summary
    severity: alert.severity
    enabled: true
    scopes: [insightsId]
    evaluationFrequency: 'PT5M'
    windowSize: alert.window
    criteria: {
      allOf: [
        {
          query: alert.query
          timeAggregation: 'Count'
          operator: 'GreaterThan'
          threshold: alert.threshold
          failingPeriods: {
            numberOfEvaluationPeriods: 1
            minFailingPeriodsToAlert: 1
          }
        }
      ]
    }
    autoMitigate: true
    actions: {
      actionGroups: [actionGroupId]
      customProperties: {
        runbook: alert.runbook
      }
    }
  }
}]

resource onMetrics 'Microsoft.AlertsManagement/prometheusRuleGroups@2023-03-01' = {
  name: '${prefix}-punctual'
  location: location
  tags: tags
  properties: {
    description: 'What to do is in docs/runbook.md.'
    enabled: true
    scopes: [metricsWorkspaceId]
    interval: 'PT1M'
    rules: [for alert in alerts.prometheus: {
      alert: alert.name
      enabled: true
      expression: alert.expression
      for: alert.for
      severity: alert.severity
      annotations: {
        summary: alert.summary
        runbook: alert.runbook
      }
      actions: [
        {
          actionGroupId: actionGroupId
        }
      ]
    }]
  }
}
