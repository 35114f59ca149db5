export { type Backup, type BackupOptions, backupStore } from "./backup-store.js";
export type { TransferSummary } from "./export-format.js";
export { type ExportOptions, exportStore } from "./export-store.js";
export { type ImportOptions, importStore, verifyExport } from "./import-store.js";
export { type MigrateOptions, migrateStore } from "./migrate-store.js";
export type { ExportSource } from "./read-export.js";
export type { UpgradeSummary } from "./upgrade/upgrade-records.js";
