/** Version of the record's form; readers refuse others. */
export const RUN_SCHEMA = 'splitproof/run/v1';
