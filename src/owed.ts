import { AsyncLocalStorage } from 'node:async_hooks'

/**
 * What this process has put into a cluster and must take back: pods, the lock of a plan. Whoever makes one notes it
 * here first, and strikes it out when it is seen to be gone. After an uncaught error the code that would have taken it
 * back may wait for ever, so the process asks here what is left before it ends.
 */
export interface Debt {
  /** For the reader when it can't be paid: `pod default/hopscope-1a2b3c4d-node-1`. */
  readonly what: string
  /** True when it is seen to be gone. */
  readonly pay: () => Promise<boolean>
}

const debts = new Set<Debt>()
/** A monitor or a page has several runs at once: each answers for what it made itself. */
const accounts = new AsyncLocalStorage<Set<Debt>>()

/** Notes a debt; the answer strikes it out. */
export function owe(debt: Debt): () => void {
  const account = accounts.getStore()
  debts.add(debt)
  account?.add(debt)
  return () => {
    debts.delete(debt)
    account?.delete(debt)
  }
}

/** Of the process as a whole. */
export function owed(): readonly string[] {
  return [...debts].map((it) => it.what)
}

/** Pays what the process owes, all at once, and says what could not be removed within the time. */
export async function payAll(withinMs: number): Promise<readonly string[]> {
  return pay(debts, withinMs)
}

/** What was owed still, and is taken back now; what could not be removed. */
export interface Settled {
  readonly paid: readonly string[]
  readonly left: readonly string[]
}

/** Runs `work`; what it leaves unpaid, however it ends, is in `settle`'s hand. */
export async function onAccount<T>(work: (settle: (withinMs: number) => Promise<Settled>) => Promise<T>): Promise<T> {
  const account = new Set<Debt>()
  const settle = async (withinMs: number): Promise<Settled> => {
    const before = [...account]
    const left = await pay(account, withinMs)
    return { paid: before.filter((it) => !account.has(it)).map((it) => it.what), left }
  }
  return accounts.run(account, () => work(settle))
}

async function pay(account: Set<Debt>, withinMs: number): Promise<readonly string[]> {
  const late = new Promise<void>((resolve) => setTimeout(resolve, withinMs).unref())
  const payOne = async (debt: Debt): Promise<void> => {
    if (!(await debt.pay().catch(() => false))) return
    debts.delete(debt)
    account.delete(debt)
  }
  if (account.size > 0) await Promise.race([Promise.all([...account].map(payOne)), late])
  return [...account].map((it) => it.what)
}
