import { connect, type Socket } from 'node:net'
import { Worker } from 'node:worker_threads'

const program = `
const { parentPort } = require('node:worker_threads')
const server = require('node:net').createServer().listen(0, '127.0.0.1', 1, () => {
  parentPort.postMessage(server.address().port)
  setImmediate(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0))
})`

/** A port whose queue of connections is full and that takes none of them: Linux drops each further SYN. */
export async function silentPort(): Promise<{ readonly port: number; readonly close: () => Promise<void> }> {
  const worker = new Worker(program, { eval: true })
  const port = await new Promise<number>((resolve) => worker.once('message', resolve))
  await new Promise((resolve) => setTimeout(resolve, 100))
  const waiting: Socket[] = Array.from({ length: 4 }, () => connect(port, '127.0.0.1'))
  for (const it of waiting) it.on('error', () => {})
  await new Promise((resolve) => setTimeout(resolve, 100))
  return {
    port,
    close: async () => {
      for (const it of waiting) it.destroy()
      await worker.terminate()
    },
  }
}
