SELECT c_nation, s_nation, d_year, sum(lo_revenue) AS value
FROM lineorder JOIN date ON lo_orderdate = d_datekey JOIN customer ON lo_custkey = c_custkey
     JOIN supplier ON lo_suppkey = s_suppkey
WHERE c_region = 'ASIA' AND s_region = 'ASIA' AND d_year BETWEEN 1992 AND 1997
GROUP BY c_nation, s_nation, d_year ORDER BY d_year, value DESC
