namespace Messaging.Stores;

/// <summary>What a database's exception says.</summary>
internal enum StoreFailure
{
    /// <summary>The statement is wrong, or its data are: it would fail again.</summary>
    Statement,

    /// <summary>Somebody else was in the way: a lock, a deadlock.</summary>
    Contention,

    /// <summary>There is no connection: it broke, or the database lets nobody in.</summary>
    Connection,

    /// <summary>The database is there and can't do its work: it is full, read-only, short of memory or damaged.</summary>
    Database,
}
