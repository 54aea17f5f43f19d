using Messaging.Stores;

namespace Messaging.Sqlite;

/// <summary>The result codes that matter here: https://www.sqlite.org/rescode.html.</summary>
internal static class SqliteCodes
{
    public const int Error = 1;
    public const int Busy = 5;
    public const int CantOpen = 14;
    public const int Constraint = 19;

    private const int Permission = 3;
    private const int Locked = 6;
    private const int NoMemory = 7;
    private const int ReadOnly = 8;
    private const int InputOutput = 10;
    private const int Corrupt = 11;
    private const int Full = 13;
    private const int Protocol = 15;
    private const int NotADatabase = 26;

    public static StoreFailure Classify(int code) => code switch
    {
        Busy or Locked => StoreFailure.Contention,
        CantOpen or Permission or NotADatabase => StoreFailure.Connection,
        NoMemory or ReadOnly or InputOutput or Corrupt or Full or Protocol => StoreFailure.Database,
        _ => StoreFailure.Statement,
    };
}
