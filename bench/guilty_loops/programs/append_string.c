/* SQLite makes JSON of a table of notes: ROWS. */
#include <sqlite3.h>
#include "text.h"

static void run(sqlite3* db, const char* sql) {
  expect(sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK, sql);
}

int main(int argc, char** argv) {
  static unsigned char note[700];
  const uint32_t rows = passes_of(argc, argv);
  sqlite3* db;
  sqlite3_stmt* insert;
  sqlite3_stmt* ask;
  fill_with_words(note, sizeof note);
  expect(sqlite3_open(":memory:", &db) == SQLITE_OK, "open");
  run(db, "CREATE TABLE notes(id INTEGER PRIMARY KEY, title TEXT, body TEXT); BEGIN");
  expect(sqlite3_prepare_v2(db, "INSERT INTO notes(title, body) VALUES(?, ?)", -1, &insert, NULL) ==
             SQLITE_OK,
         "insert");
  for (uint32_t i = 0; i < rows; i++) {
    sqlite3_bind_text(insert, 1, (const char*)note + i % 40, 20, SQLITE_STATIC);
    sqlite3_bind_text(insert, 2, (const char*)note + i % 90, 600, SQLITE_STATIC);
    expect(sqlite3_step(insert) == SQLITE_DONE, "insert");
    sqlite3_reset(insert);
  }
  run(db, "COMMIT");
  expect(sqlite3_prepare_v2(db,
                            "SELECT json_object('id', id, 'title', title, 'body', body) FROM notes",
                            -1, &ask, NULL) == SQLITE_OK,
         "select");
  uint64_t sum = 0;
  while (sqlite3_step(ask) == SQLITE_ROW)
    sum = sum * 31 + sum_of(sqlite3_column_text(ask, 0), (size_t)sqlite3_column_bytes(ask, 0));
  printf("%" PRIx64 "\n", sum);
  sqlite3_finalize(insert);
  sqlite3_finalize(ask);
  return sqlite3_close(db) != SQLITE_OK;
}
