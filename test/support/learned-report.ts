import type { LearnedReport, ReportResult } from "../../src/cache/reporting/report.js";

/** @throws unless everything was learned */
export function learnedReport(result: ReportResult): LearnedReport {
  if (result.status !== "learned") throw new Error(`The report is ${result.status}, expected learned.`);
  return result;
}
