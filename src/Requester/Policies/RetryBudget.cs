namespace Messaging.Policies;

/// <summary>
/// Every call earns a fraction of an extra attempt; an extra attempt costs a whole one. So retries stay a bounded
/// share of the load however long a service fails.
/// </summary>
internal sealed class RetryBudget(double ratio, int burst)
{
    // Thousandths of an attempt, so that they can be added and taken without a lock.
    private const int Attempt = 1000;

    private readonly int _earned = (int)(ratio * Attempt);
    private readonly int _limit = Math.Max(burst, 1) * Attempt;
    private int _balance = burst * Attempt;

    public void Earn()
    {
        var balance = Volatile.Read(ref _balance);
        while (balance < _limit)
        {
            var seen = Interlocked.CompareExchange(ref _balance, Math.Min(balance + _earned, _limit), balance);
            if (seen == balance)
            {
                return;
            }

            balance = seen;
        }
    }

    public bool TrySpend()
    {
        var balance = Volatile.Read(ref _balance);
        while (balance >= Attempt)
        {
            var seen = Interlocked.CompareExchange(ref _balance, balance - Attempt, balance);
            if (seen == balance)
            {
                return true;
            }

            balance = seen;
        }

        return false;
    }
}
