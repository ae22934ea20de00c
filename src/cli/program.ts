import { Command, CommanderError, Option } from 'commander'
import { ToolError } from '../tool-error.ts'
import { clusterOf, nameOf, setCall } from './terminal/called.ts'
import type { CleanupFlags } from './cleanup.ts'
import { commandFirst } from './command-line.ts'
import type { CaptureFlags } from './capture/capture.ts'
import type { DiagnoseFlags } from './diagnose.ts'
import type { CapacityFlags } from './dns-capacity.ts'
import { capacityFlags } from './flags/capacity.ts'
import { type ClusterFlags, clusterFlags } from './flags/cluster.ts'
import { conntrackFrom, noExec, type ProbeFlags, probeFlags, probeImage, probeNamespace } from './flags/probe.ts'
import { logsFlags } from './flags/logs.ts'
import { type MonitorFlags, monitorFlags } from './flags/monitor.ts'
import { duration, captureSize, pointPlacesOf, portNumber, wholeNumber } from './flags/values.ts'
import { outputFlag, packetsFlag, type ReportFlags, reportFlags, standingFlags } from './flags/report.ts'
import { configFile, configured } from './flags/config.ts'
import { type FixFlags, fixFlags } from './fix/fix.ts'
import { ending } from './terminal/interrupt.ts'
import type { IngressConfFlags, IngressLsFlags } from './ingress.ts'
import type { LogsFlags } from './logs/logs.ts'
import type { MatrixFlags } from './matrix.ts'
import type { McpFlags } from './mcp.ts'
import type { ReportCommandFlags } from './report.ts'
import type { ResolveFlags } from './resolve.ts'
import type { SpansFlags } from './spans.ts'
import { answerFormats, type DocumentFormat, documentFormats } from '../report/formats/formats.ts'
import { tell } from './terminal/say.ts'
import type { TraceFlags } from './trace.ts'
import type { UiFlags } from './ui.ts'
import { version } from '../version.ts'
import type { VersionFlags } from './version.ts'
import type { WatchFlags } from './watch/watch.ts'

const examples: readonly (readonly [command: string, what: string])[] = [
  ['', 'check DNS and services in this namespace'],
  ['diagnose svc/checkout -n shop', 'a Service does not answer'],
  ['diagnose https://web.example.com/cart', 'an Ingress returns 5xx'],
  ['dns --node-access', 'DNS is slow or takes 5 s'],
  ['trace pod/web-1 svc/db:5432 -n shop', 'A cannot reach B'],
  ['matrix -n shop --probe', 'who reaches whom, and who should not'],
  ['ingress ls -A', 'every route of every Ingress, and how it fares'],
  ['resolve cart --from pod/web-1 -n shop', 'look a name up as that pod does'],
  ['report --last -o html > report.html', 'the last run as a page, to send and to print'],
  ['ui', 'ask, follow a run and compare runs in a browser on this machine'],
  ['watch dns', 'rates, errors and latency, live'],
  ['monitor -A', 'look again and again, as metrics for Prometheus'],
  ['logs deploy/cart -n shop', 'follow its pods over restarts and rollouts, no line lost'],
  ['logs ingress/web --summary', 'who said 5xx: the application, the controller, or nobody'],
  ['pcap client.pcap server.pcap', 'what packets say, and where they were lost'],
  ['spans checkout', 'which hop its slow requests wait for, by the traces of Jaeger'],
  ['fix', 'what could be done about it, as plans'],
  ['explain DNS101', 'what a finding means, and how to confirm it by hand'],
]

function opening(name: string): string {
  const lines = examples.map(([command, what]) => `  # ${what}\n  ${`${name} ${command}`.trimEnd()}\n`)
  return `Find out why something in this cluster cannot reach something else.\n\n${lines.join('\n')}`
}

const closing = `
diagnose and collect only read, unless told more: --probe starts short-lived
pods and removes them, --node-access reads counters on nodes. dns always
measures. fix writes nothing without a plan that was shown.
Exit codes: 0 nothing found, 1 findings, 2 could not do the job,
130 interrupted, 131 by Ctrl-\\, 141 stopped since nobody reads the output.
A diagnosis that had its answer keeps its own code then.
`

/** Runs one command line and returns the process's exit code. Nothing below this throws past it. */
export async function run(args: readonly string[]): Promise<number> {
  let code = 0
  const name = nameOf(process.argv[1] ?? '', process.env)
  setCall({ name, flags: [] })
  const program = new Command(name)
    .usage('[command] [flags]')
    .version(`hopscope ${version}`, '--version', 'print the version')
    .addHelpText('before', opening(name))
    .addHelpText('after', closing)
    .configureOutput({ outputError: () => undefined, writeErr: () => undefined })
    .showSuggestionAfterError()
    .enablePositionalOptions()
    .exitOverride()
    .hook('preAction', (_, action) => {
      configured(action, configFile(process.env))
      setCall({ name, flags: clusterOf(action.opts()) })
    })
  const command = (verb: string, description: string): Command =>
    program.command(verb).description(description).exitOverride()

  standingFlags(
    reportFlags(
      probeFlags(clusterFlags(command('diagnose', 'find out what is wrong, with evidence (the default command)'))),
    ),
  )
    .argument(
      '[target...]',
      'svc/x, deploy/x, pod/x, ingress/x, https://host/path, or dns, or several of them; everything in the namespace ' +
        'when absent',
    )
    .option('-l, --selector <labels>', 'the Services with these labels, or svc,deploy with them: app=cart,tier!=test')
    .option(
      '--from <file>',
      'read what kubectl, `hopscope collect` or a support bundle wrote, instead of a cluster; - for standard input',
    )
    .option('--lb <address>', 'of a URL: ask it here by this load balancer, HOST[:PORT], in place of what DNS says')
    .addOption(packetsFlag())
    .action(async (targets: readonly string[], flags: DiagnoseFlags & { readonly selector?: string }) => {
      const [target = null] = targets
      code =
        targets.length > 1 || flags.selector !== undefined
          ? await (await import('./diagnose-several.ts')).severalCommand(targets, flags)
          : await (await import('./diagnose.ts')).diagnoseCommand(target, flags)
    })
  const dns = command(
    'dns',
    "measure the cluster's DNS from every node, path by path, and say what is wrong",
  ).enablePositionalOptions()
  capacityFlags(
    clusterFlags(
      dns
        .command('capacity')
        .description(
          'what CoreDNS carries, how much is left, and what this cluster needs; reads only, unless --load names a rate',
        )
        .exitOverride(),
    ),
  ).action(async (flags: CapacityFlags) => {
    code = await (await import('./dns-capacity.ts')).capacityCommand(flags)
  })
  standingFlags(reportFlags(probeFlags(clusterFlags(dns))))
    .option('--from <file>', 'read a snapshot or a bundle instead of a cluster')
    .addOption(packetsFlag())
    .action(async (flags: DiagnoseFlags) => {
      code = await (await import('./dns.ts')).dnsCommand(flags)
    })
  reportFlags(
    probeFlags(clusterFlags(command('trace', 'can this pod reach that? Hop by hop, and where the path breaks'))),
  )
    .argument(
      '[from]',
      'pod/NAME; deploy/, sts/, ds/ or svc/NAME for one of its pods; node/NAME for one of its network; outside',
    )
    .argument(
      '[to]',
      'svc/, pod/ or deploy/NAME[:PORT], ingress/NAME, node/NAME:PORT, HOST:PORT or a URL; NAME.NAMESPACE',
    )
    .option('--from <file>', 'show a trace again from the file that it kept')
    .option('--lb <address>', 'of a URL: ask it here by this load balancer, HOST[:PORT], in place of what DNS says')
    .action(async (start: string | undefined, end: string | undefined, flags: TraceFlags) => {
      code = await (await import('./trace.ts')).traceCommand(start ?? null, end ?? null, flags)
    })
  probeFlags(
    clusterFlags(
      command('matrix', 'who may reach whom by NetworkPolicy, and with --probe who does, workload by workload'),
    ),
  )
    .addOption(
      new Option('--port <number>', 'this port of every workload; else the TCP ports that pods declare').argParser(
        portNumber,
      ),
    )
    .option('--from <file>', 'read a snapshot or a bundle instead of a cluster')
    .addOption(outputFlag(answerFormats))
    .addOption(new Option('--color <when>', 'colour the output').choices(['auto', 'always', 'never']).default('auto'))
    .action(async (flags: MatrixFlags) => {
      code = await (await import('./matrix.ts')).matrixCommand(flags)
    })
  const ingress = command('ingress', 'what ingress controllers run: every route, or what serves one URL')
  probeFlags(
    clusterFlags(
      ingress
        .command('conf')
        .description('the server and location blocks of nginx that serve a URL, each with the Ingress that it is of')
        .exitOverride(),
    ),
  )
    .argument('<url>', 'https://host/path')
    .addOption(outputFlag(documentFormats))
    .addOption(new Option('--color <when>', 'colour the output').choices(['auto', 'always', 'never']).default('auto'))
    .action(async (url: string, flags: IngressConfFlags) => {
      code = await (await import('./ingress.ts')).ingressConfCommand(url, flags)
    })
  reportFlags(
    probeFlags(
      clusterFlags(ingress.command('ls').description('every route with its back end and how it fares').exitOverride()),
    ),
    documentFormats,
  )
    .option('--from <file>', 'read a snapshot or a bundle instead of a cluster')
    .action(async (flags: IngressLsFlags) => {
      code = await (await import('./ingress.ts')).ingressLsCommand(flags)
    })
  clusterFlags(
    command('resolve', 'look a name up as a pod would: every query in order, the answers, and the suffix that won'),
  )
    .argument('<name>', 'cart, cart.shop, example.com., or an IP address')
    .option(
      '--from <pod>',
      'as this pod does: pod/NAME; deploy/, sts/, ds/ or svc/NAME for one of its pods; else as any pod of the ' +
        'namespace',
    )
    .option('-c, --container <name>', "that container's files and C library; else the first that is ready")
    .option('--type <type>', 'one record type (A, AAAA, CNAME, MX, NS, PTR, SOA, SRV, TXT) instead of A and AAAA')
    .option('--node <name>', 'ask from this node, when no pod is named')
    .addOption(noExec())
    .addOption(probeNamespace())
    .addOption(probeImage('the probe pod'))
    .addOption(
      new Option('--timeout <duration>', 'end the whole run after this long')
        .default(120_000, '2m')
        .argParser(duration),
    )
    .addOption(outputFlag(documentFormats))
    .action(async (name: string, flags: ResolveFlags) => {
      code = await (await import('./resolve.ts')).resolveCommand(name, flags)
    })
  clusterFlags(
    command('watch', "the DNS servers' rates, errors and latency live, and what changes, while you change things"),
  )
    .argument('<what>', 'dns')
    .addOption(new Option('--interval <duration>', 'between two readings').default(5000, '5s').argParser(duration))
    .addOption(new Option('--for <duration>', 'end by itself after this long; else Ctrl-C ends it').argParser(duration))
    .option('--probe', 'also a canary pod that looks up one name a second')
    .option('--node-access', "also the nodes' conntrack counters, from a pod on each")
    .addOption(conntrackFrom())
    .addOption(noExec())
    .option('--node <name>', 'where the canary runs, and whose counters are read')
    .addOption(probeNamespace())
    .addOption(probeImage('the pods that are made'))
    .addOption(
      new Option('-o, --output <format>', 'how to print: text, or one JSON object per line')
        .choices(['text', 'json'])
        .default('text'),
    )
    .action(async (what: string, flags: WatchFlags) => {
      code = await (await import('./watch/watch.ts')).watchCommand(what, flags)
    })
  reportFlags(
    command('pcap', 'what captured packets say of DNS, TCP, TLS and HTTP; of several files, where packets were lost'),
  )
    .argument('<file...>', 'pcap or pcapng, as tcpdump -w or Wireshark write them; of several points of one path, all')
    .action(async (files: readonly string[], flags: ReportFlags) => {
      code = await (await import('./pcap.ts')).pcapCommand(files, flags)
    })
  logsFlags(
    clusterFlags(
      command('logs', 'follow the logs of many pods at once; of ingress controllers, who said 5xx and where time went'),
    ),
  ).action(async (target: string | undefined, flags: LogsFlags) => {
    code = await (await import('./logs/logs.ts')).logsCommand(target ?? null, flags)
  })
  reportFlags(clusterFlags(command('spans', 'what traces say: which hop waits, works or fails, and for what')))
    .argument('[service]', 'as it is called in its traces; all that the tracing server knows when absent')
    .option('--trace <id>', 'one trace, by its id')
    .addOption(new Option('--slow <duration>', 'from when on a wait is long').default(1000, '1s').argParser(duration))
    .addOption(new Option('--since <duration>', 'how far back').default(3_600_000, '1h').argParser(duration))
    .option('--from <file>', 'traces that Jaeger answered or saved, or OTLP as JSON; - for standard input')
    .option('--url <url>', "Jaeger's query service, with its base path, in place of the one in the cluster")
    .action(async (service: string | undefined, flags: SpansFlags) => {
      code = await (await import('./spans.ts')).spansCommand(service ?? null, flags)
    })
  reportFlags(
    clusterFlags(
      command(
        'capture',
        'packets at a pod, at its veth, on the node and at the other end, at once; and where one is lost',
      ),
    ),
  )
    .argument('<pod>', 'pod/NAME; deploy/, sts/, ds/ or svc/NAME for one of its pods')
    .option('--peer <end>', 'the other end: pod/NAME, svc/NAME or an address; else the DNS servers')
    .option('--filter <filter>', "as of tcpdump: 'tcp port 8080 and host 10.1.2.3'; else DNS, or all with the peer")
    .addOption(
      new Option('--points <list>', 'of client, node, server; else client,node, and server with --peer').argParser(
        pointPlacesOf,
      ),
    )
    .option('-w, --write <file>', 'write a pcapng, each point an interface of it')
    .option('--stdout', 'write it to stdout: | wireshark -k -i -')
    .option('--analyze', 'say what is wrong in it, as `pcap` does; alone without -w and --stdout')
    .option('--during <command>', 'capture around this command, and end with it; one program and its arguments')
    .addOption(new Option('--duration <duration>', 'end after this long').default(60_000, '60s').argParser(duration))
    .addOption(new Option('--packets <number>', 'at most so many at each point').default(20_000).argParser(wholeNumber))
    .addOption(
      new Option('--bytes <size>', 'at most so much in all').default(64 * 2 ** 20, '64Mi').argParser(captureSize),
    )
    .addOption(
      new Option('--snaplen <bytes>', 'keep so much of each packet; a request may hold secrets')
        .default(1600)
        .argParser(wholeNumber),
    )
    .addOption(probeNamespace())
    .addOption(probeImage('the capture pods, with tcpdump or perl'))
    .action(async (pod: string, flags: CaptureFlags) => {
      code = await (await import('./capture/capture.ts')).captureCommand(pod, flags)
    })
  standingFlags(
    reportFlags(command('report', 'tell a run again from the file that it left: as text, or as one page with -o html')),
  )
    .argument('[run]', 'a .hops file: the path that a run printed, or one that `hopscope collect` wrote')
    .option('--last', 'the run that was kept last')
    .action(async (file: string | undefined, flags: ReportCommandFlags) => {
      code = await (await import('./report.ts')).reportCommand(file ?? null, flags)
    })
  probeFlags(clusterFlags(command('collect', 'write what `diagnose` would look at into a snapshot file')))
    .argument('[target]', 'as for diagnose')
    .option('--out <file>', 'where to write it', 'hopscope.hops')
    .option('--lb <address>', 'of a URL: ask it here by this load balancer, HOST[:PORT], in place of what DNS says')
    .option('--anonymize', 'replace names of objects by invented ones')
    .action(
      async (
        target: string | undefined,
        flags: ClusterFlags & ProbeFlags & { readonly out: string; readonly anonymize?: boolean },
      ) => {
        code = await (await import('./collect.ts')).collectCommand(target ?? null, flags)
      },
    )
  command('explain', 'what a finding means and how to confirm it by hand; what a remedy does and when not to use it')
    .argument('<code>', 'DNS101, dns/parallel-lookup-drop, or a remedy: node-local-dns')
    .action(async (name: string) => {
      code = await (await import('./explain.ts')).explainCommand(name)
    })
  command('checks', 'list every check, and what it needs')
    .addOption(outputFlag(documentFormats))
    .action(async (flags: { readonly output: 'text' | DocumentFormat }) => {
      code = await (await import('./checks.ts')).checksCommand(flags.output)
    })
  fixFlags(command('fix', 'plan, apply, verify and undo the known remedies')).action(
    async (name: string | undefined, flags: FixFlags) => {
      code = await (await import('./fix/fix.ts')).fixCommand(name ?? null, flags)
    },
  )
  clusterFlags(command('cleanup', 'list whatever killed runs left in the cluster, ask, and remove it'))
    .option('--yes', 'remove what is listed without asking')
    .option('--run <id>', "what this one run left, however young: the 8 letters in its pods' names")
    .action(async (flags: CleanupFlags) => {
      code = await (await import('./cleanup.ts')).cleanupCommand(flags)
    })
  clusterFlags(command('mcp', 'tools for an assistant, on standard input and output; they read only'))
    .option('--allow-probe', 'tools may start short-lived pods and run commands in pods, where they are asked to')
    .addOption(probeImage('the probe pods'))
    .action(async (flags: McpFlags) => {
      code = await (await import('./mcp.ts')).mcpCommand(flags)
    })
  clusterFlags(command('ui', 'a page on this machine: ask, follow a run, read and compare kept ones; it reads only'))
    .argument('[run]', 'a .hops file to open first')
    .option('--last', 'open the run that was kept last')
    .option('--allow-probe', 'runs may start short-lived pods and run commands in pods, each announced and agreed to')
    .addOption(probeImage('the probe pods'))
    .addOption(new Option('--port <number>', 'serve on this port of 127.0.0.1; else a free one').argParser(portNumber))
    .addHelpText('after', '\nExample:\n  hopscope ui -n shop\n  hopscope ui --last\n')
    .action(async (file: string | undefined, flags: UiFlags) => {
      code = await (await import('./ui.ts')).uiCommand(file ?? null, flags)
    })
  monitorFlags(
    clusterFlags(
      command('monitor', 'look at the cluster again and again, and serve what is found as metrics for Prometheus'),
    ),
  )
    .addHelpText('after', '\nExample:\n  hopscope monitor -A --every 30s --listen :9467\n')
    .action(async (flags: MonitorFlags) => {
      code = await (await import('./monitor.ts')).monitorCommand(flags)
    })
  command('completion', 'print the script that completes commands, flags and names: source <(hopscope completion bash)')
    .argument('<shell>', 'bash, zsh or fish')
    .action(async (shell: string) => {
      process.stdout.write((await import('./completion/scripts.ts')).completionScript(shell))
    })
  clusterFlags(command('version', 'print the version, of the cluster too'))
    .option('--client', 'ask no cluster')
    .addOption(outputFlag(documentFormats))
    .action(async (flags: VersionFlags) => {
      code = await (await import('./version.ts')).versionCommand(flags)
    })
  program
    .command('start', { hidden: true })
    .allowUnknownOption()
    .argument('[rest...]')
    .action(async (rest: readonly string[]) => {
      code = await (await import('./start.ts')).startCommand(rest)
    })

  if (args[0] === '__complete')
    return (await import('./completion/complete.ts')).completeCommand(program, args.slice(1))
  try {
    await program.parseAsync([...commandFirst(args, program)], { from: 'user' })
    return code
  } catch (error) {
    return report(error)
  }
}

function report(error: unknown): number {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return 0
    const [message, ...hints] = error.message.replace(/^error: /, '').split('\n')
    return fail(
      message ?? 'bad arguments',
      hints.length > 0 ? hints.join(' ').replaceAll(/[()]/g, '') : 'hopscope --help',
    )
  }
  if (error instanceof ToolError) return fail(error.message, error.hint)
  // Before there was anything to take down: nothing had been reached yet.
  if (ending.isEnding()) {
    tell(ending.interruptedWord())
    return ending.interruptedCode()
  }
  tell(
    ...`error: hopscope failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`.split('\n'),
    '  help: this is a bug; please report it with this text',
  )
  return 2
}

function fail(message: string, hint: string | null): number {
  tell(`error: ${message}`, ...(hint === null ? [] : [`  help: ${hint}`]))
  return 2
}
