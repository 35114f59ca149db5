import type { Fields } from "../keyspace/port/keyspace.js";
import type { AnyModel, IdentityOf } from "../model/define-model.js";
import { updateRecord } from "../operations/records/record.js";
import type { Repository } from "../repository/repository.js";

/**
 * Writes stored fields of a record as they are, past every check: for states that only a damaged store, another
 * program or an older version of a model can leave behind.
 */
export async function overwriteStored<M extends AnyModel>(
  repository: Repository<M>,
  identity: IdentityOf<M>,
  changes: Fields,
): Promise<void> {
  const place = repository.place(identity);
  const [record = repository.layout.recordKeys(place.values)] = await repository.recordKeys([place]);
  const input = {
    record,
    changes,
    basis: {},
    sideWrites: { filters: [], sketches: [] },
    leaves: [],
    changedFields: "",
    nowSeconds: repository.store.nowSeconds(),
  };
  const { fields } = await repository.store.run(updateRecord, input, place.shard);
  repository.require(fields, place.values);
}
