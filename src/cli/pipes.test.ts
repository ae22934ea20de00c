import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { constants, openSync, readFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { oneADay } from '../../test/build/effort.ts'
import { describe, expect, test } from 'vitest'
import { clouds } from '../../test/flavours/clouds.ts'
import { fakeCluster } from '../../test/flavours/fake-cluster.ts'
import { settle } from '../../test/flavours/settle.ts'
import { programFile } from '../../test/build/program-file.ts'
import { scratch } from '../../test/build/program.ts'

/* A path that is a pipe, through the real program: nobody at its other end, somebody who is silent, one without end. */

const recording = join(import.meta.dirname, '../../scenarios/dns-race-lossy/snapshot.hops')

function pipe(): string {
  const path = join(scratch(), 'pipe.hops')
  execFileSync('mkfifo', [path])
  return path
}

interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly said: string
}

/** `during` is told of the child once it has had the time to begin. */
async function hopscope(
  args: readonly string[],
  kubeconfig: string,
  during: (child: ChildProcess) => Promise<void> | void = () => {},
): Promise<Ended> {
  const env = { ...process.env, XDG_STATE_HOME: scratch(), KUBECONFIG: kubeconfig }
  const child = spawn(process.execPath, [programFile, ...args], { env, stdio: ['ignore', 'ignore', 'pipe'] })
  const guard = setTimeout(() => child.kill('SIGKILL'), 90_000)
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
  const ended = new Promise<Ended>((resolve) => child.on('close', (code, signal) => resolve({ code, signal, said })))
  await during(child)
  return ended.finally(() => clearTimeout(guard))
}

/** One line of what it is and one of what to do, or the end that a signal makes. */
const oneError = (words: RegExp) => ({
  code: 2,
  said: expect.stringMatching(new RegExp(`^error: [^\\n]*${words.source}[^\\n]*\\n  help: [^\\n]+\\n$`)) as unknown,
})

describe.concurrent('a recording', () => {
  test('that is a pipe which nobody writes to', async () => {
    expect(await hopscope(['diagnose', '--from', pipe()], '/nowhere')).toMatchObject(oneError(/nobody writes to it/))
  }, 120_000)

  test.each(oneADay(['SIGINT', 'SIGTERM', 'SIGHUP'] as const))(
    'the same, and %s',
    async (signal) => {
      const began = performance.now()
      const ended = await hopscope(['diagnose', '--from', pipe()], '/nowhere', async (child) => {
        await sleep(2000)
        child.kill(signal)
      })
      expect(ended).toMatchObject({ signal })
      expect(performance.now() - began).toBeLessThan(14_000)
    },
    120_000,
  )

  test('that comes through a pipe', async () => {
    const path = pipe()
    const ended = hopscope(['diagnose', '--from', path], '/nowhere')
    const writer = await open(path, 'w')
    await writer.write(readFileSync(recording))
    await writer.close()
    expect(await ended).toMatchObject({ code: 1, said: '' })
  }, 120_000)

  test('that comes late on standard input', async () => {
    const late = `sleep 2; cat ${recording}`
    const ended = execFileSync('bash', [
      '-c',
      `(${late}) | ${process.execPath} ${programFile} diagnose --from - || true`,
    ])
    expect(ended.toString()).toMatch(/DNS101/)
  }, 120_000)

  test('whose frames have no end, and unpack to nothing', async () => {
    const path = pipe()
    const ended = hopscope(['diagnose', '--from', path], '/nowhere')
    const writer = await open(path, 'w')
    // RFC 8878, 3.1.2: a frame that decoders skip.
    const skipped = Buffer.alloc(8 + 2 ** 20)
    skipped.writeUInt32LE(0x184d2a50, 0)
    skipped.writeUInt32LE(2 ** 20, 4)
    const whole = readFileSync(recording)
    await writer.write(whole.subarray(0, whole.length))
    for (;;) if ((await writer.write(skipped).catch(() => null)) === null) break
    await writer.close().catch(() => {})
    expect(await ended).toMatchObject({
      code: 2,
      said: expect.stringMatching(/^error: .*\n {2}help: .*\n$/) as unknown,
    })
  }, 120_000)
})

describe('a recording is written', () => {
  /** `once`: what befalls it when it has asked for everything, and writes. */
  async function collecting(path: string, once: (child: ChildProcess) => void): Promise<Ended> {
    const [flavour] = clouds
    if (flavour === undefined) throw new Error('no flavour')
    let heard = Infinity
    const seen = (): void => void (heard = performance.now())
    const cluster = await fakeCluster(settle(flavour.objects, flavour.families), flavour.version, seen)
    const isRunning = ({ exitCode }: ChildProcess): boolean => exitCode === null
    try {
      return await hopscope(['collect', '-A', '--out', path], cluster.kubeconfig, async (child) => {
        while (isRunning(child) && !(performance.now() - heard > 3000)) await sleep(100)
        once(child)
      })
    } finally {
      await cluster.close()
    }
  }

  test('to a pipe that nobody reads', async () => {
    expect(await collecting(pipe(), () => {})).toMatchObject(oneError(/it is a pipe, and nobody reads it/))
  }, 120_000)

  test('to a pipe whose reader is silent: Ctrl-C ends it', async () => {
    const path = pipe()
    // Opened and full, so that not even the first byte goes in.
    const reader = openSync(path, constants.O_RDWR | constants.O_NONBLOCK)
    const filler = await open(path, constants.O_WRONLY | constants.O_NONBLOCK)
    await filler.write(Buffer.alloc(2 ** 20)).catch(() => null)
    expect(reader).toBeGreaterThan(0)
    const ended = await collecting(path, (child) => void child.kill('SIGINT'))
    expect(ended).toMatchObject({ code: 130 })
    await filler.close()
  }, 120_000)
})
