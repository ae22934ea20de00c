import { afterEach, describe, expect, it } from 'vitest'
import { WebSocketServer, type WebSocket } from 'ws'
import { known, unknown } from '../model/known.ts'
import { cat, script, shell } from './container-command.ts'
import { execCommand } from './exec.ts'
import { serve, transportTo, type TestServer } from '../../test/fakes/api-server.ts'
import type { Transport } from './transport.ts'

let server: TestServer
let transport: Transport

afterEach(async () => {
  transport.close()
  await server.close()
})

const action = 'create pods/exec in namespace shop'
const success = JSON.stringify({ status: 'Success' })
const exitThree = JSON.stringify({
  status: 'Failure',
  reason: 'NonZeroExitCode',
  details: { causes: [{ reason: 'ExitCode', message: '3' }] },
})

/** An API server's exec: `talk` is the other end of the channels. */
async function execServer(
  talk: (socket: WebSocket) => void,
  protocol = 'v5.channel.k8s.io',
): Promise<{ readonly opened: { url?: string | undefined; authorization?: string | undefined } }> {
  const opened: { url?: string | undefined; authorization?: string | undefined } = {}
  server = await serve((_, response) => response.writeHead(400).end())
  const sockets = new WebSocketServer({
    server: server.server,
    handleProtocols: (offered) => (offered.has(protocol) ? protocol : false),
  })
  sockets.on('connection', (socket, request) => {
    opened.url = request.url
    opened.authorization = request.headers.authorization
    talk(socket)
  })
  transport = transportTo(server, { token: 'abc' })
  return { opened }
}

function say(socket: WebSocket, channel: number, text: string | Uint8Array): void {
  socket.send(Buffer.concat([Uint8Array.of(channel), Buffer.from(text)]))
}

const run = (more: Partial<Parameters<typeof execCommand>[3]> = {}) =>
  execCommand({ transport, timeoutMs: 1000 }, 'shop', 'web-1', {
    command: shell(script`a b&c`, 9, 7),
    timeoutMs: 2000,
    ...more,
  })

describe('execCommand', () => {
  it('gives both outputs and the exit code, also when a character is cut', async () => {
    const euro = Buffer.from('€')
    const { opened } = await execServer((socket) => {
      say(socket, 1, '')
      say(socket, 1, euro.subarray(0, 1))
      say(socket, 2, 'oh')
      say(socket, 1, euro.subarray(1))
      say(socket, 3, exitThree)
      socket.close()
    })
    expect(await run({ container: 'app' })).toEqual(known({ code: 3, stdout: '€', stderr: 'oh' }))
    const url = new URL(opened.url ?? '', 'http://x')
    const [sh, c, text, ...words] = url.searchParams.getAll('command')
    expect([sh, c, ...words]).toEqual(['sh', '-c', 'sh', '9', '7'])
    expect(text?.endsWith('\na b&c')).toBe(true)
    expect({ ...opened, url: url.pathname + url.search.slice(url.search.lastIndexOf('&container')) }).toEqual({
      url: '/api/v1/namespaces/shop/pods/web-1/exec&container=app&stdin=true&stdout=true&stderr=true',
      authorization: 'Bearer abc',
    })
  })

  it('sends stdin and closes it on v5', async () => {
    await execServer((socket) => {
      let input = ''
      socket.on('message', (data) => {
        const bytes = Buffer.isBuffer(data) ? data : Buffer.alloc(0)
        if (bytes[0] === 0) input += bytes.subarray(1).toString()
        if (bytes[0] !== 255) return
        say(socket, 1, `${input}!${bytes[1]}`)
        say(socket, 3, success)
        socket.close()
      })
    })
    expect(await run({ stdin: 'hello' })).toEqual(known({ code: 0, stdout: 'hello!0', stderr: '' }))
  })

  it.each(['v5.channel.k8s.io', 'v4.channel.k8s.io'])(
    'hands live output on as it comes, beats while it is wanted, and waits for the last words: %s',
    async (protocol) => {
      let beats = 0
      await execServer((socket) => {
        say(socket, 1, 'a'.repeat(900))
        socket.on('message', (data) => {
          const bytes = Buffer.isBuffer(data) ? data : Buffer.alloc(0)
          const word = bytes.subarray(1).toString()
          if (bytes[0] === 0 && word === 'on\n' && ++beats === 3) say(socket, 1, 'b'.repeat(900))
          const isClosed = protocol.startsWith('v5') ? bytes[0] === 255 : word === '\n'
          if (!isClosed) return
          say(socket, 2, 'last words')
          say(socket, 3, success)
          socket.close()
        })
      }, protocol)
      const enough = new AbortController()
      let heard = ''
      const out = (bytes: Uint8Array): void => {
        heard += Buffer.from(bytes).toString()
        if (heard.includes('b')) enough.abort()
      }
      const live = { out, beat: 'on\n', everyMs: 20, enough: enough.signal }
      // More than may be kept of a command's output.
      expect(await run({ live, mostBytes: 1000 })).toEqual(known({ code: 0, stdout: '', stderr: 'last words' }))
      expect(heard).toBe('a'.repeat(900) + 'b'.repeat(900))
      expect(beats).toBeGreaterThanOrEqual(3)
    },
  )

  it('speaks v4 to an older server', async () => {
    await execServer((socket) => {
      say(socket, 1, socket.protocol)
      say(socket, 3, success)
      socket.close()
    }, 'v4.channel.k8s.io')
    expect(await run()).toEqual(known({ code: 0, stdout: 'v4.channel.k8s.io', stderr: '' }))
  })

  it('says that the end was not seen when the connection breaks first', async () => {
    await execServer((socket) => {
      say(socket, 1, 'half')
      setTimeout(() => socket.terminate(), 20)
    })
    expect(await run()).toEqual(known({ code: null, stdout: 'half', stderr: '' }))
  })

  it('stops at its timeout', async () => {
    await execServer(() => {})
    expect(await run({ timeoutMs: 60 })).toEqual(unknown('timed-out', `${action}: sh did not end within 0.06 s`))
  })

  it.each<[string, (isOpen: AbortSignal) => Parameters<typeof run>[0], string]>([
    ['its timeout', () => ({ timeoutMs: 2000 }), 'off\n'],
    ['an abort', (isOpen) => ({ signal: isOpen }), 'off\n'],
    ['too much of its output', () => ({ mostBytes: 20 }), 'off\n'],
    ['the timeout of what takes no word', () => ({ command: cat('/etc/hosts'), timeoutMs: 2000 }), ''],
    ['its own end', () => ({}), ''],
  ])('a script is told when it is not waited for any more: %s', async (how, options, word) => {
    const heard = Promise.withResolvers<string>()
    const isOpen = new AbortController()
    await execServer((socket) => {
      // The other end answers once it is open.
      socket.on('pong', () => isOpen.abort())
      socket.ping()
      let input = ''
      socket.on('message', (data) => (input += Buffer.isBuffer(data) ? data.subarray(1).toString() : ''))
      socket.on('close', () => heard.resolve(input))
      for (let times = 0; times < 10; times += 1) say(socket, 1, 'so far')
      if (how !== 'its own end') return
      say(socket, 3, success)
      socket.close()
    })
    await run(options(isOpen.signal))
    expect(await heard.promise).toBe(word)
  })

  it('stops on abort with what was printed so far, and does not start after it', async () => {
    await execServer((socket) => say(socket, 1, 'so far'))
    expect(await run({ signal: AbortSignal.timeout(60) })).toEqual(known({ code: null, stdout: 'so far', stderr: '' }))
    expect(await run({ signal: AbortSignal.abort() })).toEqual(unknown('cut-off', `${action}: stopped`))
  })

  it('says that the executable is missing', async () => {
    await execServer((socket) => {
      say(
        socket,
        3,
        JSON.stringify({
          status: 'Failure',
          reason: 'InternalError',
          message:
            'Internal error: OCI runtime exec failed: unable to start container process: exec: "dig": executable file not found in $PATH',
        }),
      )
      socket.close()
    })
    expect(await run()).toEqual(unknown('not-there', `${action}: "dig": executable file not found in $PATH`))
  })

  it.each([
    [
      403,
      '{"message":"User \\"u\\" cannot get resource \\"pods/exec\\" in API group"}',
      unknown('forbidden', 'get pods/exec in namespace shop'),
    ],
    [403, '', unknown('forbidden', action)],
    [404, '', unknown('not-there', `${action}: web-1`)],
    [
      400,
      '{"message":"container zz is not valid for pod web-1"}',
      unknown('failed', `${action}: “container zz is not valid for pod web-1”`),
    ],
  ])('an upgrade refused with %d', async (status, body, expected) => {
    server = await serve(() => {})
    server.server.on('upgrade', (_, socket) =>
      socket.end(`HTTP/1.1 ${status} No\r\ncontent-length: ${body.length}\r\n\r\n${body}`),
    )
    transport = transportTo(server)
    expect(await run()).toEqual(expected)
  })

  it('a server that never answers the upgrade, and one that is away', async () => {
    server = await serve(() => {})
    server.server.on('upgrade', (_, socket) => void socket.on('end', () => socket.destroy()).resume())
    transport = transportTo(server)
    expect(await run({ timeoutMs: 50 })).toMatchObject({ known: false, why: { reason: 'timed-out' } })
    await server.close()
    expect(await run()).toEqual(unknown('failed', `${action}: connection refused`))
  })
})
