import type { Fields } from "../keyspace/port/keyspace.js";
import type { AnyModel, IdentityOf } from "../model/model.js";
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
  const { records } = repository;
  const { store, layout } = records;
  const place = records.place(identity);
  const [record = layout.recordKeys(place.values)] = await records.recordKeys([place]);
  const input = {
    record,
    changes,
    basis: {},
    sideWrites: [],
    leaves: [],
    changedFields: "",
    nowSeconds: store.nowSeconds(),
  };
  const { fields } = await store.run(updateRecord, input, place.shard);
  records.require(fields, place.values);
}
