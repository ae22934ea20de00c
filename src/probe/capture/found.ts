import type { IpAddress } from '../../wire/dns-name.ts'
import { wordsOf } from '../../wire/capture-filter.ts'
import { asDeviceName, type DeviceName } from '../../wire/node-names.ts'

/** What a node says of a pod's network, and of its own. */
export interface Found {
  /** A process in the pod's network; null where none was found. */
  readonly pid: number | null
  /** The pod's devices, each with the index of its other end. */
  readonly podDevices: readonly Device[]
  readonly nodeDevices: readonly Device[]
  readonly routes: readonly Route[]
  readonly tools: ReadonlySet<string>
  /** Its last line came. */
  readonly isWhole: boolean
}

export interface Device {
  readonly name: DeviceName
  readonly index: number
}

export interface Route {
  readonly device: DeviceName
  readonly to: number
  readonly mask: number
}

/** A node with a thousand pods has as many devices. */
const mostLines = 20_000
const up = 1
const notToDevice = new Set(['lo'])

export function readFound(text: string): Found {
  const podDevices: Device[] = []
  const nodeDevices: Device[] = []
  const routes: Route[] = []
  const tools = new Set<string>()
  let pid: number | null = null
  let isWhole = false
  for (const line of text.split('\n', mostLines)) {
    const [word = '', ...rest] = line.split(' ', 6)
    const [first = ''] = rest
    if (word === 'pid') pid ??= wholeNumber(first)
    else if (word === 'pod') podDevices.push(...deviceIn(rest))
    else if (word === 'node') nodeDevices.push(...deviceIn(rest))
    else if (word === 'route') routes.push(...routeIn(rest))
    else if (word === 'tool') tools.add(first)
    else if (word === 'end') isWhole = true
  }
  return { pid, podDevices, nodeDevices, routes, tools, isWhole }
}

function wholeNumber(text: string | undefined): number | null {
  return /^[1-9]\d{0,9}$/.test(text ?? '') ? Number(text) : null
}

function deviceIn([name = '', number]: readonly string[]): readonly Device[] {
  const [its, index] = [asDeviceName(name), wholeNumber(number)]
  return its === null || index === null ? [] : [{ name: its, index }]
}

function routeIn([name = '', ...numbers]: readonly string[]): readonly Route[] {
  const device = asDeviceName(name)
  const [to, mask, flags] = numbers.map(hexadecimal)
  if (device === null || typeof to !== 'number' || typeof mask !== 'number' || typeof flags !== 'number') return []
  return (flags & up) === 0 ? [] : [{ device, to: swapped(to), mask: swapped(mask) }]
}

/** The pod's device and its other end on the node; null where there is none that could be told. */
export function podDevice({ podDevices }: Found): Device | null {
  const some = podDevices.filter((it) => !notToDevice.has(it.name))
  return some.find((it) => it.name === 'eth0') ?? some[0] ?? null
}

export function otherEnd({ nodeDevices }: Found, device: Device): DeviceName | null {
  return nodeDevices.find((it) => it.index === device.index && !notToDevice.has(it.name))?.name ?? null
}

/** The device by which the node reaches `towards`; without one, or beyond IPv4, that of the default route. */
export function uplink({ routes, nodeDevices }: Found, towards: readonly IpAddress[]): DeviceName | null {
  for (const address of towards) {
    const words = wordsOf(address) ?? []
    const [word] = words
    if (word === undefined || words.length > 1) continue
    const [best] = routes
      .filter((it) => it.mask !== 0 && (word & it.mask) >>> 0 === it.to)
      .toSorted((one, other) => other.mask - one.mask)
    if (best !== undefined) return best.device
  }
  return (
    routes.find((it) => it.mask === 0)?.device ??
    routes.find((it) => !/^(?:cni|cbr|docker|veth|cali|lo)/.test(it.device))?.device ??
    nodeDevices.find((it) => /^(?:eth|en)/.test(it.name))?.name ??
    null
  )
}

function hexadecimal(text: string): number | null {
  return /^[0-9a-f]{1,8}$/i.test(text) ? Number.parseInt(text, 16) : null
}

/** /proc/net/route prints addresses as the machine keeps them: little-endian wherever Kubernetes runs but on s390x. */
function swapped(word: number): number {
  return (((word & 0xff) << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24)) >>> 0
}
