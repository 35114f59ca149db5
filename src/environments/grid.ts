/** Row and column from the top left, and back, of cells numbered row by row. */
export interface Grid {
  readonly rows: number;
  readonly columns: number;
}

export function rowOf(grid: Grid, cell: number): number {
  return Math.floor(cell / grid.columns);
}

export function columnOf(grid: Grid, cell: number): number {
  return cell % grid.columns;
}

/** The cell that many rows down and columns to the right; at the edge one stays within the grid. */
export function moved(grid: Grid, cell: number, rows: number, columns: number): number {
  const row = Math.min(Math.max(rowOf(grid, cell) + rows, 0), grid.rows - 1);
  const column = Math.min(Math.max(columnOf(grid, cell) + columns, 0), grid.columns - 1);
  return row * grid.columns + column;
}
