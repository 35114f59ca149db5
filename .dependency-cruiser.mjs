// What `npm run lint` holds the imports to. Imports of types count like any other.

/**
 * The rooms of src by layer, innermost first. A room may import what is further in; nothing further out, and no other room
 * of its own layer.
 */
const LAYERS = [
  { common: "common/" },
  { maths: "maths/" },
  { "keyspace-port": "keyspace/port/" },
  { "keyspace-memory": "keyspace/memory/", "keyspace-sqlite": "keyspace/sqlite/", "keyspace-redis": "keyspace/redis/" },
  { "keyspace-opening": "keyspace/[^/]+$" },
  { operations: "operations/" },
  { store: "store/" },
  { model: "model/" },
  { primitives: "primitives/" },
  { repository: "repository/", streams: "streams/" },
  { cache: "cache/" },
  {
    evaluation: "evaluation/",
    migration: "migration/",
    environments: "environments/",
    reflex: "reflex/",
    testing: "testing/",
  },
  { entries: "[^/]+$" },
  { "command-line": "cli/", integrations: "integrations/" },
];

const inwardOnly = LAYERS.flatMap((layer, depth) =>
  Object.entries(layer).map(([room, path]) => {
    const besideOrOutward = LAYERS.slice(depth)
      .flatMap((rooms) => Object.values(rooms))
      .filter((other) => other !== path);
    return {
      name: `${room}-imports-inward`,
      severity: "error",
      comment: `A file of src/${path} imports from a room that is not further in than its own.`,
      from: { path: `^src/${path}` },
      to: { path: besideOrOutward.map((other) => `^src/${other}`) },
    };
  }),
);

/** @type {import("dependency-cruiser").IConfiguration} */
export default {
  forbidden: [
    ...inwardOnly.filter(({ to }) => to.path.length > 0),
    {
      name: "no-circle",
      severity: "error",
      comment: "Files that import each other, over however many others, can only be read together.",
      from: {},
      to: { circular: true },
    },
    {
      name: "source-by-itself",
      severity: "error",
      comment: "What is published imports nothing that is not.",
      from: { path: "^src/" },
      to: { path: "^(bench|examples|test|tools)/" },
    },
    {
      name: "integrations-by-the-public-surface",
      severity: "error",
      comment: "What plugs into a framework uses the cache as anybody does: by its main entry.",
      from: { path: "^src/integrations/" },
      to: { path: "^src/", pathNot: ["^src/index[.]ts$", "^src/integrations/"] },
    },
    {
      name: "integrations-apart",
      severity: "error",
      comment: "An integration imports from no other; what they share is in src/integrations/shared.",
      from: { path: "^src/integrations/([^/]+)/" },
      to: { path: "^src/integrations/", pathNot: ["^src/integrations/shared/", "^src/integrations/$1/"] },
    },
    {
      name: "installed-with-the-package",
      severity: "error",
      comment:
        "What is published may import dependencies, not development dependencies or what happens to be installed.",
      from: { path: "^src/", pathNot: "^src/keyspace/redis/lua/" },
      to: { dependencyTypes: ["npm-dev", "npm-no-pkg", "npm-unknown"] },
    },
    {
      name: "found",
      severity: "error",
      comment: "An import leads nowhere.",
      from: {},
      to: { couldNotResolve: true, pathNot: "compiled-operations|/dist/" }, // which the build writes
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^test/integrations/" }, // whose packages are installed apart
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "default"] },
  },
};
