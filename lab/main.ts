// npm run lab -- COMMAND
import { spawnSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { containerdSocket } from './cluster/node.ts'
import { daemonNames, logPath } from './daemons.ts'
import { down } from './down.ts'
import { LabError } from './errors.ts'
import { importArchive } from './images/seed.ts'
import { referenceIn } from './images/archive.ts'
import { openLab } from './lab.ts'
import { layoutNamed, layouts } from './layout.ts'
import { alone } from './lock.ts'
import { inNamespace } from './net/namespace.ts'
import { DEFAULT_WORKERS, INGRESS_URL, KUBECONFIG, MOST_WORKERS } from './plan.ts'
import { requireRoot } from './preflight.ts'
import { stage } from './progress.ts'
import { status } from './status.ts'
import { up, type Wanted } from './up.ts'

const USAGE = `npm run lab -- COMMAND

  up [--nodes N]        a Kubernetes cluster of N workers (${DEFAULT_WORKERS} unless told) on this machine
     [--layout foreign] with other names, domain and addresses than kubeadm's
  down                  removes every trace of it
  status                what runs
  kubeconfig            the path of the kubeconfig
  logs PART             what a process of the lab wrote (no PART: which there are)
  node-exec NODE CMD…   runs a command in the network namespace of a node
  load IMAGE            brings an image (a docker-archive tar) to every node
  fault …               breaks something, and fixes it
  record …              records a fault as a scenario
`

type Command = (args: readonly string[]) => Promise<number>

function wantedOf(args: readonly string[]): Wanted {
  const { nodes, layout: name } = flagsOf(args)
  const layout = name === undefined ? undefined : layoutNamed(name)
  if (name !== undefined && layout === undefined)
    throw new LabError(`there is no layout ${name}: ${Object.keys(layouts).join(', ')}`, 'npm run lab -- up')
  return {
    ...(nodes === undefined ? {} : { workers: workerCount(nodes) }),
    ...(layout === undefined ? {} : { layout }),
  }
}

function flagsOf(args: readonly string[]): { readonly nodes?: string; readonly layout?: string } {
  try {
    const options = { nodes: { type: 'string' }, layout: { type: 'string' } } as const
    return parseArgs({ args: [...args], options }).values
  } catch (error) {
    throw new LabError(`up: ${error instanceof Error ? error.message : String(error)}`, 'npm run lab -- up --nodes 3')
  }
}

function workerCount(asked: string): number {
  const count = Number(asked)
  if (!Number.isInteger(count) || count < 1 || count > MOST_WORKERS) {
    throw new LabError(`up takes --nodes N, where N is from 1 to ${MOST_WORKERS}`, 'npm run lab -- up --nodes 3')
  }
  return count
}

async function upCommand(args: readonly string[]): Promise<number> {
  const started = performance.now()
  const wanted = wantedOf(args)
  await alone(() => up(wanted))
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  process.stdout.write(`the lab is up after ${seconds} s

  export KUBECONFIG=${KUBECONFIG}
  kubectl get pods -A -o wide
  curl -H 'Host: web.example.com' ${INGRESS_URL}/v1/health
  npm start                      look at it with hopscope
  npm run lab -- fault           what can be broken
`)
  return 0
}

async function downCommand(): Promise<number> {
  requireRoot()
  await alone(() => stage('removing the lab', down))
  return 0
}

async function logsCommand(args: readonly string[]): Promise<number> {
  const names = await daemonNames()
  const [name] = args
  if (name === undefined || !names.includes(name)) {
    const known = names.length === 0 ? 'nothing runs' : names.join(', ')
    throw new LabError(
      name === undefined ? `logs of which part? ${known}` : `there is no part ${name}: ${known}`,
      'npm run lab -- logs kube-apiserver',
    )
  }
  process.stdout.write(await readFile(logPath(name)))
  return 0
}

async function nodeExec(args: readonly string[]): Promise<number> {
  const lab = await openLab()
  const [name = '', ...argv] = args
  const others = [
    'control-plane',
    'upstream-dns',
    'internet',
    ...(lab.layout.stub === null ? [] : [lab.layout.stub.name]),
  ]
  const names = [...lab.nodes.map((node) => node.name), ...others]
  if (!names.includes(name)) throw new LabError(`there is no node ${name || '(none given)'}: ${names.join(', ')}`)
  const [program = '', ...rest] = inNamespace(name, argv.length === 0 ? ['sh'] : argv)
  return spawnSync(program, rest, { stdio: 'inherit' }).status ?? 1
}

async function load(args: readonly string[]): Promise<number> {
  const lab = await openLab()
  const [archive] = args
  if (archive === undefined)
    throw new LabError('load needs an image, a tar as `docker save` writes it', 'npm run lab -- load image.tar')
  const reference = await referenceIn(archive)
  await stage(`${reference} to ${lab.nodes.length} nodes`, () =>
    Promise.all(lab.nodes.map((node) => importArchive(containerdSocket(node), archive))),
  )
  return 0
}

const COMMANDS: Readonly<Record<string, Command>> = {
  up: upCommand,
  down: downCommand,
  status: async () => ((await status()) ? 0 : 1),
  kubeconfig: async () => {
    process.stdout.write(`${(await openLab()).kubeconfig}\n`)
    return 0
  },
  logs: logsCommand,
  'node-exec': nodeExec,
  load,
  fault: async (args) => (await import('./faults/cli.ts')).faultCommand([...args]),
  record: async (args) => (await import('./test/record.ts')).recordCommand([...args]),
}

async function main(): Promise<number> {
  const [name = 'help', ...args] = process.argv.slice(2)
  const command = COMMANDS[name]
  if (command !== undefined) return command(args)
  const asked = ['help', '--help', '-h'].includes(name)
  if (!asked) process.stderr.write(`error: there is no command ${name}\n\n`)
  process.stdout.write(USAGE)
  return asked ? 0 : 2
}

try {
  process.exitCode = await main()
} catch (error) {
  if (!(error instanceof LabError)) throw error
  process.stderr.write(`error: ${error.message}\n${error.hint === '' ? '' : `hint:  ${error.hint}\n`}`)
  process.exitCode = 2
}
