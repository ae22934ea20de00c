import { expect, test } from 'vitest'
import { controller } from '../../test/build/ingress.ts'
import { known } from '../model/known.ts'
import type { IngressController } from '../model/ingress.ts'
import { controllerRights } from './controller-rights.ts'

const rule = (group: string, ...resources: readonly string[]) => ({
  apiGroups: [group],
  resources,
  verbs: ['get', 'list', 'watch'],
})
const slices = rule('discovery.k8s.io', 'endpointslices')
const rest = [rule('', 'services', 'secrets'), rule('networking.k8s.io', 'ingresses', 'ingressclasses')]

async function lacks(rules: readonly object[], about: Partial<IngressController> = {}, isHeld = true) {
  const objects: Readonly<Record<string, readonly object[]>> = {
    clusterroles: [{ metadata: { name: 'nginx' }, rules }],
    clusterrolebindings: [
      {
        metadata: { name: 'nginx' },
        roleRef: { kind: 'ClusterRole', name: 'nginx' },
        subjects: [{ kind: 'ServiceAccount', name: 'nginx', namespace: 'ingress-nginx' }],
      },
    ],
  }
  const reader = {
    get: (_: object, _namespace: string, _name: string, project: (raw: object) => unknown) =>
      Promise.resolve(known(project({ spec: { serviceAccountName: 'nginx' } }))),
    list: ({ plural }: { readonly plural: string }, _: object, project: (raw: object) => unknown) =>
      Promise.resolve(known((objects[plural] ?? []).map(project))),
  }
  const nginx = controller({
    product: 'ingress-nginx',
    image: 'registry.k8s.io/ingress-nginx/controller:v1.11.3',
    ...about,
  })
  const found = await controllerRights(reader as never, { isWhole: () => isHeld } as never, known([nginx, nginx]))
  return found.map((it) => [it.role, it.lacks])
}

test('a role that names all', async () => expect(await lacks([slices, ...rest])).toEqual([['nginx', []]]))
test('a role of before', async () => expect(await lacks(rest)).toEqual([['nginx', ['endpointslices']]]))
test('a star is all', async () => expect(await lacks([rule('*', '*')])).toEqual([['nginx', []]]))
test('a release that reads Endpoints', async () =>
  expect(await lacks(rest, { image: 'x/controller:v1.3.1' })).toEqual([]))
test('an image that says no release', async () => expect(await lacks(rest, { image: 'x/controller' })).toEqual([]))
test('one that is told of namespaces', async () => expect(await lacks(rest, { watches: ['shop'] })).toEqual([]))
test('a file without all of them', async () => expect(await lacks(rest, {}, false)).toEqual([]))
