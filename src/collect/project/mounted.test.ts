import { expect, test } from 'vitest'
import { projectMounted } from './mounted.ts'

const raw = (volume: Readonly<Record<string, unknown>>, about: Readonly<Record<string, unknown>> = {}) => ({
  spec: {
    containers: [
      { name: 'sidecar', image: 'example.com/sidecar:1', args: ['-conf', '/x'] },
      {
        name: 'coredns',
        image: 'registry.k8s.io/coredns/coredns:v1.11.3',
        args: ['-conf', '/etc/coredns/Corefile'],
        volumeMounts: [{ name: 'config-volume', mountPath: '/etc/coredns/' }],
        ...about,
      },
    ],
    volumes: [{ name: 'config-volume', ...volume }],
  },
})
const items = (...paths: readonly string[]) => ({ items: paths.map((path) => ({ key: path, path })) })

test.each([
  ['what it lists', { configMap: { name: 'coredns', ...items('Corefile') } }, ['Corefile']],
  ['a whole ConfigMap', { configMap: { name: 'coredns' } }, null],
  ['a directory of the node', { hostPath: { path: '/etc' } }, null],
  ['several sources', { projected: { sources: [{ configMap: items('a') }, { secret: items('b') }] } }, ['a', 'b']],
  ['one of them whole', { projected: { sources: [{ configMap: items('a') }, { secret: { name: 's' } }] } }, null],
])('%s', (_, volume, files) => {
  expect(projectMounted(raw(volume))).toEqual({
    conf: '/etc/coredns/Corefile',
    mounts: [{ at: '/etc/coredns', files }],
  })
})

test('a part of a volume may be any file', () => {
  const volumeMounts = [{ name: 'config-volume', mountPath: '/etc/k8shosts', subPath: 'hosts' }]
  expect(projectMounted(raw({ configMap: items('x') }, { volumeMounts }))?.mounts).toEqual([
    { at: '/etc/k8shosts', files: null },
  ])
})

test.each([
  [['-conf=/a'], '/a'],
  [['--conf', '/b'], '/b'],
  [['-dns.port=53'], null],
])('the Corefile by %j', (args, conf) => expect(projectMounted(raw({}, { args }))?.conf).toBe(conf))

test('a token alone is no volume of its own', () => {
  const token = { name: 'kube-api-access-x', mountPath: '/var/run/secrets/kubernetes.io/serviceaccount' }
  expect(projectMounted(raw({}, { volumeMounts: [token] }))).toBeNull()
  expect(projectMounted(raw({}, { volumeMounts: undefined }))).toBeNull()
  const both = [token, { name: 'config-volume', mountPath: '/etc/coredns' }]
  expect(projectMounted(raw({}, { volumeMounts: both }))?.mounts.map((it) => it.at)).toEqual(['/etc/coredns'])
})

test('no pod of CoreDNS', () => {
  expect(projectMounted({ spec: { containers: [{ name: 'a', image: 'example.com/app:1' }] } })).toBeNull()
  expect(projectMounted(null)).toBeNull()
})
