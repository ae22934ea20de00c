import { createServer } from 'node:http'
import { type AddressInfo, createServer as createTcp, type Server } from 'node:net'
import { afterAll, describe, expect, test } from 'vitest'
import { proxyHere } from './node-network.ts'

const open: { close: () => unknown }[] = []
afterAll(() => open.forEach((it) => it.close()))

async function portOf(server: Pick<Server, 'listen' | 'address' | 'close'>): Promise<number> {
  open.push(server)
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(null)))
  return (server.address() as AddressInfo).port
}

const says = (status: number, body = '', live = status): Promise<number> =>
  portOf(createServer(({ url }, answer) => void answer.writeHead(url === '/livez' ? live : status).end(body)))
/** As a process that was stopped: the kernel takes the connection, and nobody reads. */
const mute = (): Promise<number> => portOf(createTcp(() => {}))
async function shut(): Promise<number> {
  const server = createTcp(() => {})
  const port = await portOf(server)
  await new Promise((resolve) => server.close(resolve))
  return port
}

describe('what the two ports of kube-proxy say', () => {
  test.concurrent.each([
    { it: 'well', ports: [() => says(200), () => says(200, 'ipvs')], is: { health: 'well', metrics: 'answers' } },
    { it: 'its rules are old', ports: [() => says(503), () => says(200)], is: { health: 'unwell', said: 'HTTP 503' } },
    {
      it: 'its node is to be deleted, and its rules are new',
      ports: [() => says(503, '', 200), () => says(200)],
      is: { health: 'well', said: expect.stringContaining('to be taken away') as string },
    },
    { it: 'one before 1.28', ports: [() => says(503, '', 404), shut], is: { health: 'unwell', said: 'HTTP 503' } },
    { it: 'it hangs', ports: [mute, mute], is: { health: 'mute', metrics: 'mute' } },
    { it: 'it hangs, and has no health', ports: [shut, mute], is: { health: 'nobody', metrics: 'mute' } },
    { it: 'its health hangs', ports: [mute, () => says(200)], is: { health: 'mute', metrics: 'answers' } },
    { it: 'nobody is there', ports: [shut, shut], is: { health: 'nobody', metrics: 'nobody', mode: null } },
    { it: 'another program', ports: [() => says(404), shut], is: { health: 'unknown', said: 'HTTP 404' } },
  ])(
    '$it',
    async ({ ports, is }) => {
      const [health = 0, metrics = 0] = await Promise.all(ports.map((it) => it()))
      expect(await proxyHere({ health, metrics })).toMatchObject(is)
    },
    15_000,
  )
})
