/**
 * A table that becomes a list of cards where there is no room. The roles are written out, because some browsers forget that a
 * table is one when its display changes.
 */
import type { ComponentChildren, Key } from 'preact';

export interface Column<T> {
  readonly title: string;
  /** For whoever sees the title, it is only a space: a column of buttons or boxes. */
  readonly untitled?: boolean;
  readonly class?: string;
  readonly cell: (row: T) => ComponentChildren;
}

export interface Group<T> {
  readonly key: Key;
  readonly title?: ComponentChildren;
  readonly rows: readonly T[];
}

/** The first column that is not `untitled` names its row. */
export function Table<T>(props: { caption: string; columns: readonly Column<T>[]; groups: readonly Group<T>[]; rowKey: (row: T) => string }) {
  const { columns } = props;
  const names = columns.findIndex((column) => !column.untitled);
  return (
    <table role="table" class="list">
      <caption class="visually-hidden">{props.caption}</caption>
      <thead role="rowgroup">
        <tr role="row">
          {columns.map((column) => (
            <th key={column.title} role="columnheader" scope="col" class={column.class}>
              {column.untitled ? <span class="visually-hidden">{column.title}</span> : column.title}
            </th>
          ))}
        </tr>
      </thead>
      {props.groups.map((group) => (
        <tbody key={group.key} role="rowgroup">
          {group.title && (
            <tr role="row" class="group">
              <th role="rowheader" scope="rowgroup" colSpan={columns.length} aria-colspan={columns.length}>{group.title}</th>
            </tr>
          )}
          {group.rows.map((row) => (
            <tr key={props.rowKey(row)} role="row">
              {columns.map((column, at) => (at === names
                ? <th key={column.title} role="rowheader" scope="row" class={column.class}>{column.cell(row)}</th>
                : <td key={column.title} role="cell" class={column.class} data-label={column.untitled ? undefined : column.title}>{column.cell(row)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      ))}
    </table>
  );
}

/** Below a list: how many rows are shown, and the way to more. */
export function More(props: { shown: number; total?: number | undefined; more: boolean; busy: boolean; what: string; onMore: () => void }) {
  return (
    <div class="more">
      <p class="soft" role="status">
        {props.total === undefined || props.total < props.shown
          ? `${props.shown} ${props.what} shown${props.more ? ', and there are more.' : '.'}`
          : `${props.shown} of ${props.total.toLocaleString('en')} ${props.what} shown.`}
      </p>
      {props.more && <button type="button" aria-disabled={props.busy} onClick={() => !props.busy && props.onMore()}>{props.busy ? 'Loading…' : 'Show more'}</button>}
    </div>
  );
}
