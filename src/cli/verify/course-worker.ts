import { parentPort, workerData } from "node:worker_threads";
import { COURSES } from "./courses.js";
import { takeCourse } from "./take-course.js";
import type { CourseMessage, PlannedRun } from "./take-courses.js";

// A thread that takes one course in a store of its own.

const { name, seed } = workerData as PlannedRun;
const course = COURSES.find((candidate) => candidate.name === name);
if (course === undefined) throw new Error(`There is no course ${name}.`);
const tell = (message: CourseMessage) => parentPort?.postMessage(message);
const run = await takeCourse(course, "memory:", seed, new AbortController().signal, (events) => tell({ events }));
tell(run === undefined ? { events: 0 } : { events: run.events, run });
