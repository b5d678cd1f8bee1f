// A clinic with a cluster of its own, made here.
using './main.bicep'

param prefix = 'yourclinic'
param tags = {
  application: 'punctual'
}
param alertEmails = ['operator@example.com']
param clusterAdminGroupIds = ['00000000-0000-0000-0000-000000000000']
