import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ContainerCommand } from '../../kube/container-command.ts'
import { filterCode } from '../../wire/capture-bpf.ts'
import { readFilter } from '../../wire/capture-filter.ts'
import { asDeviceName } from '../../wire/node-names.ts'
import { watchingCommand } from './capture-script.ts'
import { holdingCommand } from '../pods/hold-script.ts'
import { otherEnd, podDevice, readFound, uplink } from './found.ts'

/** In place of an image: a tcpdump that says who it is and waits, as one that sees no packet does. */
const bin = mkdtempSync(join(tmpdir(), 'hopscope-capture-'))
beforeAll(() => {
  for (const tool of ['sleep', 'sh', 'cat'])
    symlinkSync(['/bin', '/usr/bin'].map((it) => join(it, tool)).find((it) => existsSync(it)) ?? '', join(bin, tool))
  writeFileSync(
    join(bin, 'tcpdump'),
    '#!/bin/sh\necho "$*"\ntrap "echo 3 packets dropped by kernel >&2; exit 0" TERM\nwhile :; do sleep 0.1; done\n',
    { mode: 0o755 },
  )
})
afterAll(() => rmSync(bin, { recursive: true, force: true }))

function started(seconds: number) {
  const read = readFilter('udp port 53')
  const filter = read.kind === 'filter' ? read.filter : null
  const [code, device] = [filter === null ? null : filterCode(filter), asDeviceName('eth0')]
  if (filter === null || code === null || device === null) throw new Error('no filter')
  return startedOf(watchingCommand({ pid: 0, device, packets: 10, snaplen: 96, filter, code, seconds }))
}

function startedOf(command: ContainerCommand) {
  const [program = '', ...args] = command
  const began = performance.now()
  const child = spawn(`/bin/${program}`, args, { env: { PATH: bin }, detached: true, stdio: 'pipe' })
  let out = ''
  let err = ''
  child.stdout.on('data', (it: Buffer) => (out += it.toString()))
  child.stderr.on('data', (it: Buffer) => (err += it.toString()))
  child.stdin.on('error', () => {})
  const over = new Promise<{ readonly out: string; readonly err: string; readonly ms: number }>((resolve) =>
    child.on('close', () => resolve({ out, err, ms: performance.now() - began })),
  )
  return { child, over }
}

describe.concurrent('a capture ends', { timeout: 30_000 }, () => {
  test('with its standard input, and says what it lost', async () => {
    const { child, over } = started(20)
    child.stdin.write('on\n')
    setTimeout(() => child.stdin.end(), 1000)
    const its = await over
    expect(its.out.trim()).toBe('-i eth0 -n -U -s 96 -c 10 -Z root -w - -- udp port 53')
    expect(its.err).toContain('3 packets dropped by kernel')
    expect(its.ms).toBeLessThan(4000)
  })

  test('with an empty line, where its input can not be closed', async () => {
    const { child, over } = started(20)
    setTimeout(() => child.stdin.write('\n'), 500)
    expect((await over).ms).toBeLessThan(4000)
  })

  test('when it hears nothing any more, though nobody closed its input', async () => {
    const { child, over } = started(25)
    child.stdin.write('on\n')
    expect((await over).ms).toBeLessThan(10_000)
    await new Promise((resolve) => setTimeout(resolve, 1500))
    expect(running(child.pid)).toEqual([])
  })

  test('when its time is up, however much it hears', async () => {
    const { child, over } = started(3)
    const beats = setInterval(() => child.stdin.write('on\n'), 300)
    const { ms } = await over
    clearInterval(beats)
    expect(ms).toBeLessThan(6000)
  })
})

/** Of the group that a runtime makes of each exec; one that has ended may wait for somebody who counts it. */
function running(group: number | undefined): readonly string[] {
  const { stdout } = spawnSync('ps', ['-eo', 'pgid=,stat=,args='], { encoding: 'utf8' })
  const all = stdout.split('\n').map((it) => it.trim().split(/\s+/))
  return all
    .filter(([its, state]) => its === String(group) && state?.startsWith('Z') === false)
    .map((it) => it.join(' '))
}

describe.concurrent('what holds a pod', { timeout: 30_000 }, () => {
  test('ends when it hears nothing any more, with all that it started, though nobody closed its input', async () => {
    const { child, over } = startedOf(holdingCommand(25))
    const beats = setInterval(() => child.stdin.write('on\n'), 500)
    setTimeout(() => clearInterval(beats), 3000)
    const { ms } = await over
    expect(ms).toBeGreaterThan(7000)
    expect(ms).toBeLessThan(14_000)
    await new Promise((resolve) => setTimeout(resolve, 1500))
    expect(running(child.pid)).toEqual([])
  })

  // containerd closes the input of who closes one of them.
  test('and stays for as long as it hears, both its outputs open', async () => {
    const { child, over } = startedOf(holdingCommand(60))
    let isClosed = false
    for (const output of [child.stdout, child.stderr]) output.once('end', () => (isClosed = true))
    const beats = setInterval(() => child.stdin.write('on\n'), 500)
    await new Promise((resolve) => setTimeout(resolve, 8000))
    expect([child.exitCode, isClosed]).toEqual([null, false])
    clearInterval(beats)
    child.stdin.end()
    await over
  })

  test('ends with its input, and at its time', async () => {
    const [closed, long] = [startedOf(holdingCommand(25)), startedOf(holdingCommand(2))]
    closed.child.stdin.end()
    const beats = setInterval(() => long.child.stdin.write('on\n'), 300)
    expect((await closed.over).ms).toBeLessThan(4000)
    expect((await long.over).ms).toBeLessThan(9000)
    clearInterval(beats)
  })
})

test('what a node says of itself', () => {
  const found = readFound(
    [
      'pid 4711',
      'pod lo 1',
      'pod eth0 17',
      'node lo 1',
      'node eth0 2',
      'node veth1234 17',
      'route Iface Destination Mask Flags',
      'route eth0 00000000 00000000 0003',
      'route cni0 0001F40A 00FFFFFF 0001',
      'route flannel.1 0002F40A 00FFFFFF 0003',
      'tool perl',
      'end',
    ].join('\n'),
  )
  const device = podDevice(found)
  expect(device).toEqual({ name: 'eth0', index: 17 })
  expect(device === null ? null : otherEnd(found, device)).toBe('veth1234')
  const address = (text: string) => text as Parameters<typeof uplink>[1][number]
  expect(uplink(found, [address('10.244.2.7')])).toBe('flannel.1')
  expect(uplink(found, [address('203.0.113.1')])).toBe('eth0')
  expect(uplink(found, [])).toBe('eth0')
})

test('what a node says may be anything', () => {
  const found = readFound('pid 1; reboot\nnode -i 3\nnode $(x) 3\npod eth0 x\nroute eth0 zz 0 0\ntool\n')
  expect(found).toMatchObject({ pid: null, podDevices: [], nodeDevices: [], routes: [], isWhole: false })
})
