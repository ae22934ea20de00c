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

/** Notes a debt; the answer strikes it out. */
export function owe(debt: Debt): () => void {
  debts.add(debt)
  return () => void debts.delete(debt)
}

export function owed(): readonly string[] {
  return [...debts].map((it) => it.what)
}

/** Pays what is owed, all at once, and says what would not go within the time. */
export async function payAll(withinMs: number): Promise<readonly string[]> {
  const late = new Promise<void>((resolve) => setTimeout(resolve, withinMs).unref())
  const pay = async (debt: Debt): Promise<void> => {
    if (await debt.pay().catch(() => false)) debts.delete(debt)
  }
  await Promise.race([Promise.all([...debts].map(pay)), late])
  return owed()
}
