// The same clinic, once its secrets are in the vault.
using './grants.bicep'

param prefix = 'yourclinic'
param vaultName = 'yourclinic-punctual'
param groups = ['keys', 'sendgrid', 'twilio', 'insights']
