import type { Entrance, ListedTable } from './listed.js';

/**
 * Tables that say the same are one: first those of different clients, then those of several ports, then
 * those of several hosts. Their order is that of the first of each.
 */
export function joinedTables(tables: readonly ListedTable[]): ListedTable[] {
  const numbers = numbersOf(tables);
  const keyOf = ({ routes }: ListedTable, ...parts: unknown[]): string =>
    JSON.stringify([numbers.get(routes), ...parts]);
  const byClient = joined(
    tables,
    (table) => keyOf(table, table.via, table.entrances, table.hosts),
    (one, other) => ({ ...one, clients: clientsOfBoth(one.clients, other.clients) }),
  );
  const byEntrance = joined(
    byClient,
    (table) => keyOf(table, table.via, table.clients, table.hosts),
    (one, other) => ({ ...one, entrances: inOrder([...one.entrances, ...other.entrances]) }),
  );
  return joined(
    byEntrance,
    (table) => keyOf(table, table.via, table.clients, table.entrances),
    (one, other) => {
      one.hosts.push(...other.hosts.filter((host) => !one.hosts.includes(host)));
      return one;
    },
  );
}

/** The same number for tables that say the same; rows are shared by many of them. */
function numbersOf(tables: readonly ListedTable[]): Map<ListedTable['routes'], number> {
  const rowTexts = new Map<ListedTable['routes'][number], string>();
  const byText = new Map<string, number>();
  const idOf = (text: string): number => {
    const id = byText.get(text) ?? byText.size;
    byText.set(text, id);
    return id;
  };
  return new Map(
    tables.map(({ routes, notes }) => {
      const rows = routes.map((row) => {
        const text = rowTexts.get(row) ?? String(idOf(JSON.stringify(row)));
        rowTexts.set(row, text);
        return text;
      });
      return [routes, idOf(JSON.stringify([rows, notes]))];
    }),
  );
}

/** Those that have no table of their own include any client. */
function clientsOfBoth(
  one: ListedTable['clients'],
  other: ListedTable['clients'],
): ListedTable['clients'] {
  return one === null || other === null ? null : [...one, ...other];
}

function inOrder(entrances: readonly Entrance[]): Entrance[] {
  return entrances.toSorted((one, other) => (one.port ?? 0) - (other.port ?? 0));
}

function joined(
  tables: readonly ListedTable[],
  keyOf: (table: ListedTable) => string,
  join: (one: ListedTable, other: ListedTable) => ListedTable,
): ListedTable[] {
  const byKey = new Map<string, ListedTable>();
  for (const table of tables) {
    const key = keyOf(table);
    const before = byKey.get(key);
    byKey.set(
      key,
      before === undefined ? { ...table, hosts: [...table.hosts] } : join(before, table),
    );
  }
  return [...byKey.values()];
}
