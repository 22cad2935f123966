-- The tables of the shop as DuckDB reads them, and the joins that most questions need.
CREATE VIEW days AS SELECT * FROM read_csv('../../shop/tables/days.csv', header = true);
CREATE VIEW stores AS SELECT * FROM read_csv('../../shop/tables/stores.csv', header = true);
CREATE VIEW product_classes AS SELECT * FROM read_csv('../../shop/tables/product_classes.csv', header = true);
CREATE VIEW products AS SELECT * FROM read_csv('../../shop/tables/products.csv', header = true, types = {'list_price': 'DECIMAL(12,2)'});
CREATE VIEW promotions AS SELECT * FROM read_csv('../../shop/tables/promotions.csv', header = true, quote = '"');
CREATE VIEW warehouses AS SELECT * FROM read_csv('../../shop/tables/warehouses.csv', header = true);
CREATE VIEW positions AS SELECT * FROM read_csv('../../shop/tables/positions.csv', header = true);
CREATE VIEW interests AS SELECT * FROM read_csv('../../shop/tables/interests.csv', header = true);
CREATE VIEW customers AS SELECT * FROM read_csv('../../shop/tables/customers.csv', header = true, quote = '"');
CREATE VIEW customer_interests AS SELECT * FROM read_csv('../../shop/tables/customer_interests.csv', header = true);
CREATE VIEW sales AS SELECT * FROM read_csv('../../shop/tables/sales.csv', header = true,
    types = {'amount': 'DECIMAL(12,2)', 'cost': 'DECIMAL(12,2)', 'discount': 'DECIMAL(12,2)'});
CREATE VIEW stock AS SELECT * FROM read_csv('../../shop/tables/stock.csv', header = true, types = {'stock_value': 'DECIMAL(12,2)'});
CREATE VIEW employees AS SELECT * FROM read_csv('../../shop/tables/employees.csv', header = true);
CREATE VIEW employee_closure AS SELECT * FROM read_csv('../../shop/tables/employee_closure.csv', header = true);
CREATE VIEW payroll AS SELECT * FROM read_csv('../../shop/tables/payroll.csv', header = true, types = {'pay': 'DECIMAL(12,2)'});
CREATE VIEW memberships AS SELECT * FROM read_csv('../../shop/tables/memberships.csv', header = true);

-- Products with their classes.
CREATE VIEW goods AS SELECT * FROM products JOIN product_classes USING (class_id);

-- A line of a receipt with all that is known of it.
CREATE VIEW sold AS
SELECT s.*, amount - cost AS profit, d.* EXCLUDE (day_id), st.* EXCLUDE (store_id), g.* EXCLUDE (product_id),
       coalesce(p.promotion_name, '#null') AS promotion_name, coalesce(p.medium, '#null') AS medium,
       c.customer_name, c.gender, c.education, c.card, c.born, c.name_order,
       c.country AS customer_country, c.city AS customer_city
FROM sales s
JOIN days d USING (day_id) JOIN stores st USING (store_id) JOIN goods g USING (product_id)
JOIN customers c USING (customer_id) LEFT JOIN promotions p USING (promotion_id);

-- A count of stock with all that is known of it.
CREATE VIEW held AS
SELECT h.*, d.* EXCLUDE (day_id), st.* EXCLUDE (store_id), g.* EXCLUDE (product_id), w.* EXCLUDE (warehouse_id)
FROM stock h
JOIN days d USING (day_id) JOIN stores st USING (store_id) JOIN goods g USING (product_id) JOIN warehouses w USING (warehouse_id);

-- A month's pay with all that is known of it.
CREATE VIEW paid AS
SELECT y.*, d.* EXCLUDE (day_id), e.* EXCLUDE (employee_id, store_id), st.*, p.* EXCLUDE (position_id)
FROM payroll y
JOIN days d ON d.the_date = y.pay_date JOIN employees e USING (employee_id)
JOIN stores st USING (store_id) JOIN positions p USING (position_id);
