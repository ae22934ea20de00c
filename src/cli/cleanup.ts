import { type CleanedUp, type CleanupAsk, type CleanupEvent, cleanUp, type Left } from '../session/cleanup.ts'
import { count } from '../phrases.ts'
import { confirmed } from './terminal/confirm.ts'
import { onTerminal } from './terminal/on-terminal.ts'
import { say, tell } from './terminal/say.ts'

export type CleanupFlags = CleanupAsk & { readonly yes?: boolean }

type FoundEvent = Extract<CleanupEvent, { kind: 'found' }>

/** Lists what killed runs left, in `-n`'s namespace or in every one, asks, and removes it. Returns 0, 2, 130 or 141. */
export function cleanupCommand(flags: CleanupFlags): Promise<number> {
  const confirm = (context: string, signal: AbortSignal): Promise<boolean> =>
    confirmed(
      {
        prompt: `Remove them from context ${context}? Type yes: `,
        yes: flags.yes === true,
        hint: '--yes, if what is listed as left may go',
      },
      signal,
    )
  return onTerminal<CleanedUp, FoundEvent>((caller) => cleanUp(flags, { ...caller, confirm }), {
    quiet: false,
    nothingLeft: 'nothing was removed',
    also: ({ found }) => say(...lines(found)),
    print,
  })
}

function print(it: CleanedUp): number {
  if (it.kind !== 'removed') {
    if (it.kind === 'declined') tell('not confirmed; nothing was removed')
    return it.kind === 'declined' ? 2 : 0
  }
  for (const name of it.removed) say(`removed  pod ${name}`)
  for (const name of it.left)
    say(
      `LEFT     pod ${name}: it was not seen to go; ` +
        'where a finalizer holds it (metadata.finalizers), whoever set that must take it off',
    )
  return it.left.length === 0 ? 0 : 2
}

function lines({ old, young, foreign, ephemeral }: Left): readonly string[] {
  const stays = ephemeral.known
    ? ephemeral.value.map(
        (it) =>
          `stays    ephemeral container ${it.container} in pod ${it.namespace}/${it.pod} (${it.state}): ` +
          'Kubernetes removes it with its pod',
      )
    : [`ephemeral containers: unknown, ${ephemeral.why.detail}`]
  return [
    ...(old.length > 0
      ? []
      : [
          young.length === 0
            ? 'nothing left behind by a run that is over'
            : `nothing left that is surely of a run that is over; of ` +
              `${count(new Set(young.map((it) => it.run)).size, 'run')} ` +
              'that may go on, or was killed a moment ago:',
        ]),
    ...old.map((it) => `left     pod ${it.namespace}/${it.name} (run ${it.run})`),
    ...young.map(
      (it) =>
        `young    pod ${it.namespace}/${it.name}: ` +
        `its run may go on; if not, ` +
        (it.deadlineSeconds === null ? '' : `its deadline ends it ${it.deadlineSeconds} s after its start, or: `) +
        `hopscope cleanup --run ${it.run}`,
    ),
    ...foreign.map(
      (it) => `foreign  pod ${it}: it bears hopscope's label, and is not what hopscope makes; not touched`,
    ),
    ...stays,
  ]
}
