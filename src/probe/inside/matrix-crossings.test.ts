import { execFile } from 'node:child_process'
import { createServer, type AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { container, pod } from '../../../test/build/pod.ts'
import { modelOf } from '../../../test/describe-check.ts'
import { clusterOf } from '../../collect/cluster-of.ts'
import type { Cluster, ExecResult } from '../../kube/cluster.ts'
import { type Known, known, unknown } from '../../model/known.ts'
import { planMatrix } from '../plan/plan-matrix.ts'
import { matrixCrossings } from './matrix-crossings.ts'

/* The real script in this machine's shell: the "pods" listen, or do not, on the loopback. */
const at = (name: string, port: number) =>
  pod(`${name}-1`, {
    ip: '127.0.0.1',
    containers: [container({ ports: [{ name: null, port, protocol: 'TCP' }] })],
  })

function here(refusing: string, execs: string[]): Cluster {
  const exec: Cluster['exec'] = (_, name, { command }) => {
    execs.push(name)
    if (name === refusing) return Promise.resolve(unknown('forbidden', 'create pods/exec in shop'))
    const [file = '', ...args] = command
    return new Promise<Known<ExecResult>>((done) =>
      execFile(file, args, { encoding: 'utf8', timeout: 20_000 }, (error, stdout, stderr) =>
        done(known({ code: error === null ? 0 : 1, stdout, stderr })),
      ),
    )
  }
  return { ...clusterOf({}), exec }
}

test('each source tells of each target, and one that may not be asked costs the others nothing', async () => {
  const server = createServer((socket) => socket.end())
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  try {
    const model = modelOf({ pods: [at('web', port), at('cart', 1), at('db', 2)] })
    const execs: string[] = []
    const asked = new Set<string>()
    const { crossings, unasked } = await matrixCrossings(
      new Proxy(here('db-1', execs), {
        get: (target, name) => {
          asked.add(String(name))
          return Reflect.get(target, name)
        },
      }),
      planMatrix(model, null),
      AbortSignal.timeout(30_000),
    )
    // No pod is made, and nothing else of the cluster asked.
    expect([...asked]).toEqual(['exec'])
    expect(execs.toSorted()).toEqual(['cart-1', 'db-1', 'web-1'])
    expect(unasked.map((it) => [it.workload, it.why.reason])).toEqual([['Deployment/shop/db', 'forbidden']])
    const told = crossings.known
      ? crossings.value.map((it) => `${it.from.pod} -> ${it.to.kind === 'endpoint' ? it.to.pod : ''} ${it.result}`)
      : []
    expect(told.toSorted()).toEqual([
      'cart-1 -> db-1 refused',
      'cart-1 -> web-1 open',
      'web-1 -> cart-1 refused',
      'web-1 -> db-1 refused',
    ])
  } finally {
    server.close()
  }
})

test('where nobody could be asked, nothing is known, and why', async () => {
  const cluster: Cluster = { ...clusterOf({}), exec: () => Promise.resolve(unknown('forbidden', 'create pods/exec')) }
  const plan = planMatrix(modelOf({ pods: [at('web', 1), at('cart', 2)] }), null)
  const { crossings, unasked } = await matrixCrossings(cluster, plan, AbortSignal.timeout(1000))
  expect(crossings).toMatchObject({ known: false, why: { reason: 'forbidden' } })
  expect(unasked).toHaveLength(2)
})
