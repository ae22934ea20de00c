import { expect, test } from 'vitest'
import { interfacesOf } from './pod-interfaces.ts'

const plugin = { labels: { 'k8s-app': 'aws-node' } }
const spec = (env: Readonly<Record<string, string>>, init: Readonly<Record<string, string>> = {}) => ({
  containers: [{ env: Object.entries(env).map(([name, value]) => ({ name, value })) }],
  initContainers: [{ env: Object.entries(init).map(([name, value]) => ({ name, value })) }],
})
const on = { ENABLE_POD_ENI: 'true' }

test('a pod with an interface of its own', () => {
  const annotations = { 'vpc.amazonaws.com/pod-eni': '[{"eniId":"eni-0"}]' }
  expect(interfacesOf({ annotations }, {})).toEqual({ ownInterface: true })
  expect(interfacesOf({}, spec(on))).toEqual({})
})

test('how the plugin is told to treat them', () => {
  expect(interfacesOf(plugin, spec(on))).toEqual({ interfaces: { mode: 'strict', earlyDemux: 'on' } })
  const standard = { ...on, POD_SECURITY_GROUP_ENFORCING_MODE: 'standard' }
  expect(interfacesOf(plugin, spec(standard, { DISABLE_TCP_EARLY_DEMUX: 'true' }))).toEqual({
    interfaces: { mode: 'standard', earlyDemux: 'off' },
  })
  expect(interfacesOf(plugin, spec({}))).toEqual({})
})
