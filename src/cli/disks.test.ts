import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import type { RequestListener } from 'node:http'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { isLeft } from '../../test/build/effort.ts'
import { create, planFor } from '../../test/build/plan-run.ts'
import { type Ended, expectClean, hopscope, kubeconfigOf, scratch } from '../../test/build/program.ts'
import { programFile } from '../../test/build/program-file.ts'
import { sendJson, serve, type TestServer } from '../../test/fakes/api-server.ts'
import { apiStore, type ApiStore } from '../../test/fakes/api-store.ts'
import { idOf, type Plan } from '../plan/plan.ts'
import { savePlan } from '../plan/store.ts'

/*
 * Disks as the kernel has them, mounted for the program alone: one that is read-only, and one without room. An error
 * is one line, with one of what to do; what was printed is whole, and the exit code is what it is without.
 */

/** A mount of one's own, as root or in a user namespace where that is allowed. */
const unshare: readonly string[] | null =
  [['-m'], ['-rm']].find((how) => {
    const tried = spawnSync('unshare', [...how, 'mount', '-t', 'tmpfs', 'none', scratch()])
    return tried.status === 0
  }) ?? null

/** `$1`: the folder, as it is filled beforehand; the rest is what is run. */
const disks = {
  'a read-only disk': 'mount --bind "$1" "$1" && mount -o remount,bind,ro "$1" || exit 99; shift; exec "$@"',
  'a full disk':
    'at=$1; shift; old=$(TMPDIR=/tmp mktemp -d) && cp -a "$at/." "$old" && mount -t tmpfs -o size=256k,mode=700 none "$at" || exit 99\n' +
    'cp -a "$old/." "$at"; rm -rf "$old"; cat /dev/zero >"$at/filler" 2>/dev/null; exec "$@"',
} as const
const says = { 'a read-only disk': /read-only|EROFS/, 'a full disk': /disk is full|ENOSPC/ } as const
const all = Object.keys(disks) as (keyof typeof disks)[]

/** The program with `folder` on such a disk. */
function on(disk: keyof typeof disks, folder: string, { script = disks[disk] as string } = {}): readonly string[] {
  return ['unshare', ...(unshare ?? []), 'sh', '-c', script, 'sh', folder]
}

function expectOneError(ended: Ended, what: RegExp): void {
  expectClean(ended)
  expect(ended.code, ended.said).toBe(2)
  const [error, help, ...more] = ended.said.split('\n').filter((it) => it !== '' && !/^\S.* \.\.\.$/.test(it))
  expect(error).toMatch(/^error: .{10,}/)
  expect(error).toMatch(what)
  expect(help).toMatch(/^ {2}help: .{5,}/)
  expect(more.filter((it) => !it.startsWith('  '))).toEqual([])
}

const empty: RequestListener = (request, response) => {
  const { pathname } = new URL(request.url ?? '/', 'http://x')
  if (pathname === '/version') return sendJson(response, 200, { gitVersion: 'v1.33.1', platform: 'linux/amd64' })
  if (pathname.endsWith('/selfsubjectaccessreviews')) return sendJson(response, 201, { status: { allowed: true } })
  sendJson(response, 200, { kind: 'List', metadata: { resourceVersion: '1' }, items: [] })
}

let server: TestServer
let store: ApiStore
beforeEach(async () => {
  server = await serve(empty)
  store = await apiStore()
  store.put('/api/v1/namespaces/kube-system', {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'kube-system' },
  })
})
afterEach(async () => {
  await server.close()
  await store.close()
})

/** Of objects that a remedy might have made, valid now. */
async function planIn(home: string): Promise<Plan> {
  const inSystem = (kind: string, name: string, fields: Parameters<typeof create>[2]) => {
    const made = create(kind, name, fields)
    return {
      ...made,
      object: { ...made.object, namespace: 'kube-system' },
      after: { metadata: { name, namespace: 'kube-system' }, ...fields },
    }
  }
  const changes = [
    inSystem('ServiceAccount', 'node-local-dns', { apiVersion: 'v1', kind: 'ServiceAccount' }),
    inSystem('ConfigMap', 'node-local-dns', { apiVersion: 'v1', kind: 'ConfigMap', data: { a: 'b'.repeat(6000) } }),
  ]
  const { id: _id, ...made } = planFor(changes, store)
  const dated = {
    ...made,
    remedy: 'node-local-dns',
    code: 'DNS101',
    createdAt: new Date().toISOString(),
    expiresAt: new Date(Date.now() + 600_000).toISOString(),
  }
  const plan: Plan = { ...dated, id: idOf(dated) }
  await savePlan(plan, join(home, 'hopscope', 'plans'))
  return plan
}

/** With the context that plans of tests are for. */
function kubeconfigOfStore(): string {
  const file = join(scratch(), 'config')
  const contexts = [{ name: 'test', context: { cluster: 'k' } }]
  const clusters = [{ name: 'k', cluster: { server: store.url } }]
  writeFileSync(file, JSON.stringify({ 'current-context': 'test', contexts, clusters }))
  return file
}

function stateHome(): string {
  const home = scratch()
  mkdirSync(join(home, 'hopscope/plans'), { recursive: true, mode: 0o700 })
  return home
}

describe.skipIf(unshare === null).each(all)('%s', (disk) => {
  test.skipIf(isLeft(1))(
    'for the state costs diagnose no answer, and says that the run is not kept',
    async () => {
      const kubeconfig = kubeconfigOf(server.url)
      const well = await hopscope(kubeconfig, ['diagnose'])
      const home = stateHome()
      const ended = await hopscope(kubeconfig, ['diagnose'], { env: { XDG_STATE_HOME: home }, before: on(disk, home) })
      expectClean(ended)
      expect(ended.code).toBe(well.code)
      const same = (out: string): string =>
        out
          .replace(/^again, offline:.*\n/m, '')
          .replaceAll(/[\d.]+ m?s\b/g, '')
          .trim()
      expect(same(ended.out)).toBe(same(well.out))
      expect(ended.out).not.toMatch(/again, offline/)
      expect(ended.said).toMatch(/^this run is not kept: .*XDG_STATE_HOME=FOLDER/m)
      expect(ended.said).toMatch(says[disk])
    },
    60_000,
  )

  test.skipIf(isLeft(2))(
    'for a recording or a capture is one line of error',
    async () => {
      const folder = scratch()
      const ended = await hopscope(kubeconfigOf(server.url), ['collect', '--out', join(folder, 'a.hops')], {
        before: on(disk, folder),
      })
      expectOneError(ended, says[disk])
      if (disk === 'a read-only disk')
        expectOneError(
          await hopscope(kubeconfigOf(server.url), ['capture', 'pod/x', '-w', join(folder, 'a.pcapng')], {
            before: on(disk, folder),
          }),
          says[disk],
        )
    },
    60_000,
  )

  test.skipIf(isLeft(3))(
    'for the journal of a plan lets nothing be written',
    async () => {
      const home = stateHome()
      const plan = await planIn(home)
      const before = store.everything()
      const args = ['fix', '--apply', plan.id, '--yes-context', 'test', '--no-verify-after']
      const ended = await hopscope(kubeconfigOfStore(), args, {
        env: { XDG_STATE_HOME: home },
        before: on(disk, home),
      })
      expectOneError(ended, says[disk])
      expect(store.everything()).toBe(before)
    },
    60_000,
  )

  test.skipIf(isLeft(4))(
    'for what is shown without a cluster is one line of error',
    async () => {
      const folder = scratch()
      const ended = await hopscope('', ['start'], { env: { TMPDIR: folder, HOME: folder }, before: on(disk, folder) })
      if (ended.out.includes('RECORDING')) expectOneError(ended, says[disk])
      else expect(ended.code).toBe(2)
    },
    60_000,
  )

  test.skipIf(isLeft(5))(
    'for the state lets a page be served',
    async () => {
      const home = stateHome()
      const recording = join(scratch(), 'run.hops')
      copyFileSync(join(import.meta.dirname, '../../scenarios/healthy/snapshot.hops'), recording)
      const ended = await hopscope('', ['ui', recording], {
        env: { XDG_STATE_HOME: home },
        before: [...on(disk, home), 'sh', '-c', untilServed, 'sh'],
      })
      expect(ended.out).toMatch(/^http:\/\/127\.0\.0\.1:\d+\//)
      expect(ended.said).not.toMatch(/error|this is a bug/)
    },
    60_000,
  )
})

/** A page is served until it is stopped: as soon as it has said where. */
const untilServed =
  'out=$(TMPDIR=/tmp mktemp); "$@" >"$out" & pid=$!\n' +
  'while kill -0 $pid && ! grep -q http "$out"; do sleep 0.1; done 2>/dev/null\n' +
  'kill -INT $pid; wait $pid; code=$?; cat "$out"; rm "$out"; exit $code'

/** So many pages are free for the journal, until the plan was applied or was not; then there is room again. */
const fullLater =
  'at=$1 pages=$2; shift 2; old=$(TMPDIR=/tmp mktemp -d) && cp -a "$at/." "$old" && mount -t tmpfs -o size=256k,mode=700 none "$at" || exit 99\n' +
  'cp -a "$old/." "$at"; rm -rf "$old"; dd if=/dev/zero of="$at/room" bs=4096 count="$pages" 2>/dev/null\n' +
  'cat /dev/zero >"$at/filler" 2>/dev/null; rm "$at/room"\n' +
  '"$@"; code=$?; rm "$at/filler"; node=$1 program=$2\n' +
  'id=$(ls "$at/hopscope/plans" | sed -n "s/[.]json$//p")\n' +
  '"$node" "$program" fix --undo "$id" --yes-context test >&2; exit $code'

test.skipIf(unshare === null || isLeft(6)).each([1, 3, 30])(
  'a disk that is full after %i pages of the journal: the lock is given back, and undo is exact once there is room',
  async (pages) => {
    const home = stateHome()
    const plan = await planIn(home)
    const before = store.everything()
    const args = ['fix', '--apply', plan.id, '--yes-context', 'test', '--no-verify-after']
    const ended = await hopscope(kubeconfigOfStore(), args, {
      env: { XDG_STATE_HOME: home },
      before: ['unshare', ...(unshare ?? []), 'sh', '-c', fullLater, 'sh', home, String(pages)],
    })
    expect(ended.said).not.toContain('this is a bug')
    expect(ended.code, ended.said).toBe(pages > 3 ? 0 : 2)
    if (ended.code !== 0) expect(ended.said).toMatch(/disk is full[^]*help: .*--undo/)
    expect(store.everything()).toBe(before)
  },
  60_000,
)

test('the disks of these tests are there where they are needed most', () => {
  if (process.env['CI'] !== undefined && process.platform === 'linux' && existsSync('/usr/bin/unshare'))
    expect(unshare).not.toBeNull()
  writeFileSync(join(scratch(), 'a'), '')
  expect(existsSync(programFile)).toBe(true)
})
