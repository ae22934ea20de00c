import { expect, test } from 'vitest'
import { notReady, pod } from '../../../test/build/pod.ts'
import { service } from '../../../test/build/service.ts'
import { headlessName } from './headless-names.ts'

const member = { labels: { app: 'db' }, subdomain: 'db' }
const there = {
  services: [service('db', { clusterIP: 'None', selector: { app: 'db' } }), service('web')],
  pods: [notReady('db-0', 'probe', { ...member, hostname: 'db-0' }), pod('db-1', { ...member, hostname: 'db-1' })],
}

test.each([
  ['a member that is not ready', 'db-0.db.shop.svc.cluster.local.', { pod: { name: 'db-0', ready: false } }],
  ['in any case', 'DB-0.db.shop.SVC.cluster.local.', { pod: { name: 'db-0', ready: false } }],
  ['a member that is ready', 'db-1.db.shop.svc.cluster.local.', { pod: { name: 'db-1', ready: true } }],
  ['a member that is not there', 'db-2.db.shop.svc.cluster.local.', { pod: null, ofHost: true }],
  ['the Service itself', 'db.shop.svc.cluster.local.', { pod: null, ofHost: false, pods: 2, ready: 1 }],
  ['a Service with an address', 'web.shop.svc.cluster.local.', null],
  ['of another namespace', 'db.data.svc.cluster.local.', null],
  ['a port of it', '_pg._tcp.db.shop.svc.cluster.local.', null],
  ['a name outside', 'db.example.com.', null],
])('%s', (_, name, wanted) => {
  const found = headlessName(['db.', 'db.shop.shop.svc.cluster.local.', name], 'cluster.local', there)
  if (wanted === null) expect(found).toBeNull()
  else expect(found).toMatchObject(wanted)
})
