using Ami.Client.Connection;
using Ami.Client.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace Ami.Client.Tests.Connection;

public sealed class QueueTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task Items_come_out_in_their_order_all_at_once()
    {
        var queue = new ItemQueue(100, 1000, _time);
        var items = Items(5);
        Assert.True(queue.TryAdd([.. items[..2]], 10));
        queue.Add(items[2]);
        Assert.True(queue.TryAdd([.. items[3..]], 10));

        Assert.Equal(items, await queue.TakeAsync(CancellationToken.None));
        Assert.Equal(0, queue.Count);
    }

    [Fact]
    public async Task A_batch_that_finds_no_room_is_not_taken_in_part()
    {
        var queue = new ItemQueue(3, 100, _time);
        Assert.True(queue.TryAdd([.. Items(2)], 60));

        Assert.False(queue.TryAdd([.. Items(2)], 1));
        Assert.False(queue.TryAdd([.. Items(1)], 41));
        Assert.False(queue.IsHalfEmpty);
        queue.Add(Items(1)[0]);
        queue.Add(Items(1)[0]);

        Assert.Equal(4, (await queue.TakeAsync(CancellationToken.None)).Count);
        Assert.True(queue.IsHalfEmpty);
        Assert.True(queue.TryAdd([.. Items(3)], 100));
    }

    [Fact]
    public async Task Waiting_ends_with_the_first_item_with_the_token_or_with_the_queue()
    {
        var queue = new ItemQueue(100, 1000, _time);
        var first = queue.TakeAsync(CancellationToken.None).AsTask();
        Assert.False(first.IsCompleted);
        queue.Add(Items(1)[0]);
        Assert.Single(await first.Within());

        using var cancel = new CancellationTokenSource();
        var second = queue.TakeAsync(cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second.Within());

        var third = queue.TakeAsync(CancellationToken.None).AsTask();
        queue.Complete();
        Assert.Empty(await third.Within());
        Assert.Empty(await queue.TakeAsync(CancellationToken.None));
    }

    [Fact]
    public async Task A_second_consumer_is_misuse_and_does_not_disturb_the_first()
    {
        var queue = new ItemQueue(100, 1000, _time);
        var first = queue.TakeAsync(CancellationToken.None).AsTask();

        await Assert.ThrowsAsync<InvalidOperationException>(() => queue.TakeAsync(CancellationToken.None).AsTask());

        queue.Add(Items(1)[0]);
        Assert.Single(await first.Within());
    }

    [Fact]
    public async Task The_age_is_that_of_the_oldest_item()
    {
        var queue = new ItemQueue(100, 1000, _time);
        queue.Add(Items(1)[0]);
        _time.Advance(TimeSpan.FromSeconds(3));
        queue.Add(Items(1)[0]);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(TimeSpan.FromSeconds(4), queue.OldestAge);

        await queue.TakeAsync(CancellationToken.None);
        Assert.Equal(TimeSpan.Zero, queue.OldestAge);
        queue.Add(Items(1)[0]);
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(TimeSpan.FromSeconds(2), queue.OldestAge);
    }

    [Fact]
    public async Task No_item_is_lost_or_doubled_between_a_fast_writer_and_a_fast_reader()
    {
        var queue = new ItemQueue(int.MaxValue, long.MaxValue, _time);
        var items = Items(20_000);
        var writing = Task.Run(() =>
        {
            for (var i = 0; i < items.Length; i += 4)
                Assert.True(queue.TryAdd([.. items[i..(i + 4)]], 4));
            queue.Complete();
        });

        var taken = new List<AmiItem>();
        while (await queue.TakeAsync(Patience.Token()) is { Count: > 0 } batch)
            taken.AddRange(batch);

        await writing;
        Assert.Equal(items, taken);
    }

    private static AmiItem[] Items(int count) =>
        [.. Enumerable.Range(0, count).Select(_ => new AmiSessionEnded(DateTimeOffset.UnixEpoch, null))];
}
