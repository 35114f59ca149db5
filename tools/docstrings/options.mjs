import { Converter, ReflectionKind } from "typedoc";

const OPTIONS = /(Options|Request|RequestWithFallback|Selector|OutcomeEvent|^Report)$/;

/**
 * A plugin of TypeDoc, which can require a docstring of all properties or of none: requires one of every option.
 *
 * @param {import("typedoc").Application} app
 */
export function load(app) {
  app.converter.on(Converter.EVENT_RESOLVE_END, ({ project }) => {
    for (const property of project.getReflectionsByKind(ReflectionKind.Property)) {
      if (!OPTIONS.test(property.parent?.name ?? "") || property.hasComment() || property.flags.isInherited) continue;
      app.logger.error(`The option ${property.getFullName()} has no docstring.`);
    }
  });
}
