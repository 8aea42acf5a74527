using System.Collections.Concurrent;
using System.Text.Json;
using CallCenterCrm.Contracts.Clients.V1;
using CallCenterCrm.Messaging.Tests.Support;
using CallCenterCrm.Servers;
using Xunit;

namespace CallCenterCrm.Messaging.Tests;

/// <summary>What readers of the change log are told, many at once.</summary>
[Collection(BackboneTests.Name)]
public sealed class FollowTests(Backbone backbone)
{
    [Fact]
    public async Task Each_follower_is_told_every_committed_change_once_in_one_order_however_slow_he_is_and_whenever_he_begins()
    {
        await using var service = await TestService.StartAsync(backbone, backbone.Rabbit.TakeVirtualHost(), "followed", await backbone.Postgres.CreateDatabaseAsync());
        using var leaving = new CancellationTokenSource();
        var start = await service.Log.NowAsync(leaving.Token);
        var (written, told, runs) = (new TaskCompletionSource(), new List<List<Guid>>(), new List<Task>());

        // More than is kept for those who follow at the log's end.
        var changing = service.ChangeAsync(2500, index => index % 5 == 0);
        for (var quick = 0; quick < 6; quick++)
        {
            Follow(Task.CompletedTask);
        }

        // He is told of one change, and takes the next one when everything is written.
        Follow(written.Task);
        var committed = await changing;
        written.SetResult();

        // He comes when it is all over.
        Follow(Task.CompletedTask);

        await Until.TrueAsync("everybody is told of everything", () => Task.FromResult(told.TrueForAll(ids => Count(ids) >= committed.Count)));
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.WhenAll(runs));
        Assert.Equal(2000, committed.Count);
        Assert.Equal(committed.Order(), told[0].Order());
        Assert.All(told, ids => Assert.Equal(told[0], ids));

        void Follow(Task patience)
        {
            var ids = new List<Guid>();
            told.Add(ids);
            runs.Add(Task.Run(() => service.Follower.RunAsync(
                start,
                () => throw new InvalidOperationException("His place is not too old"),
                async change =>
                {
                    lock (ids)
                    {
                        ids.Add(change.Body.ClientId);
                    }

                    await patience;
                    return true;
                },
                _ => Task.CompletedTask,
                leaving.Token)));
        }
    }

    [Fact]
    public async Task A_row_that_cannot_be_read_is_told_to_those_before_it_and_keeps_nobody_behind_it()
    {
        await using var service = await TestService.StartAsync(backbone, backbone.Rabbit.TakeVirtualHost(), "damaged", await backbone.Postgres.CreateDatabaseAsync());
        using var leaving = new CancellationTokenSource();
        var start = await service.Log.NowAsync(leaving.Token);
        var before = FollowAsync(start, []);

        await service.ExecuteAsync(
            "INSERT INTO changes (kind, body, sent_at) VALUES (@kind, '{\"clientId\": 7}', now())", new { kind = ChangeLog.KindOf(typeof(ClientChanged)) });
        await Assert.ThrowsAsync<JsonException>(() => before);
        await Assert.ThrowsAsync<JsonException>(() => FollowAsync(start, []));

        var told = new ConcurrentQueue<Guid>();
        var behind = FollowAsync(await service.Log.NowAsync(leaving.Token), told);
        var changed = await service.ChangeAsync(3);
        await Until.TrueAsync("who begins behind it is told", () => Task.FromResult(told.Count == changed.Count));
        Assert.Equal(changed.Order(), told.Order());
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => behind);

        Task FollowAsync(ChangePosition position, ConcurrentQueue<Guid> ids) => service.Follower.RunAsync(
            position,
            () => throw new InvalidOperationException("His place is not too old"),
            change =>
            {
                ids.Enqueue(change.Body.ClientId);
                return Task.FromResult(true);
            },
            _ => Task.CompletedTask,
            leaving.Token);
    }

    private static int Count(List<Guid> ids)
    {
        lock (ids)
        {
            return ids.Count;
        }
    }
}
