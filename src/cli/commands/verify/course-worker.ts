import { parentPort, workerData } from "node:worker_threads";
import { courseNamed } from "./courses.js";
import { takeCourse } from "./take-course.js";
import type { CourseMessage, PlannedRun } from "./take-courses.js";

// A thread that takes one course in a store of its own.

const { name, seed } = workerData as PlannedRun;
const tell = (message: CourseMessage) => parentPort?.postMessage(message);
const never = new AbortController().signal; // whoever interrupts ends the thread
const run = await takeCourse(courseNamed(name), "memory:", seed, never, (events) => tell({ events }));
if (run !== undefined) tell({ events: run.events, run });
